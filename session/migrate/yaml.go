package migrate

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlMap is a mapping of a YAML or JSON file (JSON is YAML too), with its lines.
type yamlMap struct{ node *yaml.Node }

// parseYAML is the file's mapping. Error: *lineError, which names no word of the
// file.
func parseYAML(text string) (yamlMap, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		line := 1
		if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		return yamlMap{}, &lineError{line, "is not valid YAML or JSON"}
	}
	if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return yamlMap{}, &lineError{1, "does not begin a mapping of keys and values"}
	}
	return yamlMap{document.Content[0]}, nil
}

// each calls do with the keys of m, in lower case, and what stands under them.
func (m yamlMap) each(do func(key *yaml.Node, value *yaml.Node)) {
	if m.node == nil || m.node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(m.node.Content); i += 2 {
		value := m.node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		do(m.node.Content[i], value)
	}
}

// below is the mapping under key; an empty one when there is none.
func (m yamlMap) below(key string) yamlMap {
	var found yamlMap
	m.each(func(k, value *yaml.Node) {
		if strings.EqualFold(k.Value, key) {
			found = yamlMap{value}
		}
	})
	return found
}

// section has the plain values of m.
func (m yamlMap) section(name string, line int) *configSection {
	s := &configSection{name: name, line: line}
	m.each(func(k, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode {
			s.entries = append(s.entries, configEntry{strings.ToLower(k.Value), value.Value, k.Line})
		}
	})
	return s
}

// sections are the mappings below m, by their names.
func (m yamlMap) sections() []*configSection {
	var list []*configSection
	m.each(func(k, value *yaml.Node) {
		if value.Kind == yaml.MappingNode && len(list) < mostSections {
			list = append(list, yamlMap{value}.section(k.Value, k.Line))
		}
	})
	return list
}
