package app

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// maxFileBytes bounds a file that configuration is read from.
const maxFileBytes = 8 << 20

// document is the YAML file of apply and export. What it does not name stays as it is.
type document struct {
	Provider *providerPart `yaml:"provider,omitempty"`
	Brands   []brandPart   `yaml:"brands,omitempty"`
	Sites    []sitePart    `yaml:"sites,omitempty"`
	Tills    []tillPart    `yaml:"tills,omitempty"`
	Pools    []poolPart    `yaml:"pools,omitempty"`
	AddOns   []addonPart   `yaml:"addons,omitempty"`
	Plans    []planPart    `yaml:"plans,omitempty"`
	Coupons  []couponPart  `yaml:"coupons,omitempty"`
	Routers  []routerPart  `yaml:"routers,omitempty"`
}

// parsed is a document with the lines of its fields, by path: "plans[2].price".
type parsed struct {
	document
	name, folder string
	lines        map[string]int
}

// readDocument reads and checks the file's form; fault.Invalid "apply.yaml" with line and column, or "config.file".
func readDocument(path string) (*parsed, error) {
	body, err := readBeside(".", path)
	if err != nil {
		return nil, err
	}
	return parseDocument(path, body)
}

func parseDocument(path string, body []byte) (*parsed, error) {
	p := &parsed{name: filepath.Base(path), folder: filepath.Dir(path), lines: map[string]int{}}
	if err := guarded(func() error { return p.read(body) }); err != nil {
		return nil, fault.Wrap(fault.Invalid, "apply.yaml", err, "File", p.name, "Why", yamlWhy(err))
	}
	return p, nil
}

func (p *parsed) read(body []byte) error {
	tree, err := parser.ParseBytes(body, 0)
	if err != nil {
		return err
	}
	if len(tree.Docs) > 1 {
		return errors.New("one file holds one document: leave out the lines of ---")
	}
	if err := yaml.UnmarshalWithOptions(body, &p.document, yaml.Strict()); err != nil {
		return err
	}
	for _, doc := range tree.Docs {
		p.index("", doc.Body)
	}
	return nil
}

// guarded makes an error of a panic: the YAML library has some on odd tags.
func guarded(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it holds something that no YAML file should")
		}
	}()
	return read()
}

// yamlWhy is the first line of what the YAML reader says, with line and column.
func yamlWhy(err error) string {
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil {
		at := y.GetToken().Position
		return fmt.Sprintf("line %d, column %d: %s", at.Line, at.Column, y.GetMessage())
	}
	return oneLine(err)
}

// index notes the line of everything below a node.
func (p *parsed) index(path string, node ast.Node) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		p.index(path, n.Value)
	case *ast.MappingNode:
		for _, value := range n.Values {
			p.index(path, value)
		}
	case *ast.MappingValueNode:
		below := strings.TrimPrefix(path+"."+n.Key.GetToken().Value, ".")
		p.lines[below] = n.Key.GetToken().Position.Line
		p.index(below, n.Value)
	case *ast.SequenceNode:
		for i, value := range n.Values {
			below := fmt.Sprintf("%s[%d]", path, i)
			p.lines[below] = firstLine(value)
			p.index(below, value)
		}
	}
}

func firstLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	if v, ok := node.(*ast.MappingValueNode); ok {
		return v.Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}

// fault says what is wrong with the object at a path; faults that are not about the file pass unchanged. The field is the one
// that could not be read, or what the fault's own key names: "plan.price".
func (p *parsed) fault(path, object string, err error) error {
	kind := fault.KindOf(err)
	if kind == fault.Internal || kind == fault.Unavailable {
		return err
	}
	_, named, _ := strings.Cut(fault.KeyOf(err), ".")
	if f := (fieldFault{}); errors.As(err, &f) {
		named = f.field
	}
	line, ok := p.lines[path+"."+named]
	if !ok {
		line = p.lines[path]
	}
	return fault.Wrap(kind, "apply.field", err, "File", p.name, "Line", line, "Object", object, "Why", words.Fault(words.English, err))
}
