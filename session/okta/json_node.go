package okta

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"stsx/session"
)

// nameLength is how many characters of a name of Okta's are shown: of a phone, an
// app, an address.
const nameLength = 80

// jsonNode is a value in a JSON text. What is not there, or of another type than
// asked for, is empty.
type jsonNode struct{ value any }

func decodeJSON(text []byte) jsonNode {
	var n jsonNode
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&n.value); err != nil {
		return jsonNode{}
	}
	return n
}

// child goes down from object to object.
func (n jsonNode) child(names ...string) jsonNode {
	for _, name := range names {
		object, _ := n.value.(map[string]any)
		n = jsonNode{object[name]}
	}
	return n
}

func (n jsonNode) has(name string) bool { return n.child(name).value != nil }

func (n jsonNode) isText() bool { _, ok := n.value.(string); return ok }

// text is a text, or a number as it is written.
func (n jsonNode) text() string {
	switch value := n.value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// line is a text as it may be shown in a sentence.
func (n jsonNode) line() string { return session.OneLine(n.text(), nameLength) }

func (n jsonNode) number() (int, bool) {
	number, ok := n.value.(json.Number)
	if !ok {
		return 0, false
	}
	whole, err := number.Int64()
	return int(whole), err == nil
}

func (n jsonNode) list() []jsonNode {
	values, _ := n.value.([]any)
	nodes := make([]jsonNode, len(values))
	for i, value := range values {
		nodes[i] = jsonNode{value}
	}
	return nodes
}

// messages collects what an answer says, wherever it stands: the keys by which
// Okta names its messages, and the messages themselves.
func (n jsonNode) messages() (keys, said []string) {
	collect := func(child jsonNode) {
		k, s := child.messages()
		keys, said = append(keys, k...), append(said, s...)
	}
	object, _ := n.value.(map[string]any)
	if key, text := n.child("i18n", "key"), n.child("message"); key.isText() && text.isText() {
		keys, said = append(keys, key.text()), append(said, text.text())
	}
	if code := n.child("errorCode"); code.isText() {
		keys = append(keys, code.text())
	}
	if text := n.child("errorSummary"); text.isText() {
		said = append(said, text.text())
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		collect(jsonNode{object[name]})
	}
	for _, child := range n.list() {
		collect(child)
	}
	return keys, said
}
