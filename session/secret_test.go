package session

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "c4n4ry-hunter2"

// TestSecretIsNeverPrinted: no verb and no encoder shows the text, alone or in
// something else.
func TestSecretIsNeverPrinted(t *testing.T) {
	type holder struct {
		Public  Secret
		Pointer *Secret
		List    []Secret
		Map     map[string]Secret
		hidden  Secret
	}
	s := NewSecret(canary)
	h := holder{s, &s, []Secret{s}, map[string]Secret{"k": s}, s}
	session := Session{Credentials: Credentials{AccessKeyID: "ASIA", SecretAccessKey: s, SessionToken: s}}
	outputs := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%10s", "%-40v", "%t", "%e", "% x", "%#q"} {
		for name, value := range map[string]any{"secret": s, "pointer": &s, "holder": h, "holder pointer": &h, "session": session,
			"assumption": Assumption{Assertion: s},
			"password":   Password{Secret: s}, "assertion": Assertion{Encoded: s}, "source": PasswordSource{Given: s},
			"codes": CodeSource{Given: s, used: []Secret{s}}} {
			outputs[name+" "+verb] = fmt.Sprintf(verb, value)
		}
	}
	outputs["error"] = fmt.Errorf("reading %v: %w", s, errors.New("broken "+s.String())).Error()
	outputs["println"] = fmt.Sprintln(s, h)
	for name, encode := range map[string]func(any) ([]byte, error){
		"json": json.Marshal,
		"xml": func(v any) ([]byte, error) {
			return xml.Marshal(struct {
				XMLName xml.Name `xml:"x"`
				S       Secret
				A       Secret `xml:",attr"`
			}{S: s, A: s})
		},
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
		"slog text": func(v any) ([]byte, error) {
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v, "s", s)
			return b.Bytes(), nil
		},
		"slog json": func(v any) ([]byte, error) {
			var b bytes.Buffer
			slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v, "s", s)
			return b.Bytes(), nil
		},
	} {
		for kind, v := range map[string]any{"secret": s, "holder": h, "session": session} {
			text, err := encode(v)
			if err != nil {
				t.Errorf("%s of %s: %v", name, kind, err)
			}
			outputs[name+" of "+kind] = string(text)
		}
	}
	hexed := fmt.Sprintf("%x", canary)
	for name, text := range outputs {
		if strings.Contains(text, canary) || strings.Contains(strings.ToLower(text), hexed) || strings.Contains(text, "hunter") {
			t.Errorf("%s shows the secret: %s", name, text)
		}
		if name == "secret %v" && text != "[secret]" {
			t.Errorf("got %s", text)
		}
	}
	if !h.hidden.Equal(s) || s.Equal(NewSecret("x")) || s.Reveal() != canary || !(Secret{}).IsZero() || s.IsZero() {
		t.Error("Equal, Reveal or IsZero")
	}
}
