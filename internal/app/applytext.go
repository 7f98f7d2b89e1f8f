package app

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// text is any YAML scalar as it is written: 0712 and 10.50 stay what they are.
type text string

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (t *text) UnmarshalYAML(node ast.Node) error {
	s, err := scalar(node)
	*t = text(s)
	return err
}

func scalar(node ast.Node) (string, error) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		return scalar(n.Value)
	case *ast.TagNode:
		return scalar(n.Value)
	case *ast.NullNode:
		return "", nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case ast.ScalarNode:
		return n.GetToken().Value, nil
	}
	return "", unexpected(node, "a single value belongs here")
}

func unexpected(node ast.Node, why string) error {
	return &yaml.SyntaxError{Message: why, Token: node.GetToken()}
}

// whole is a whole number that every database takes.
type whole int

const mostWhole = 1_000_000

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (w *whole) UnmarshalYAML(node ast.Node) error {
	s, err := scalar(node)
	if err != nil || s == "" {
		return err
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < -mostWhole || n > mostWhole {
		return unexpected(node, "a whole number up to a million belongs here")
	}
	*w = whole(n)
	return nil
}

// yesNo is true or false.
type yesNo bool

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (b *yesNo) UnmarshalYAML(node ast.Node) error {
	s, err := scalar(node)
	switch strings.ToLower(s) {
	case "true":
		*b = true
	case "false", "":
	default:
		return unexpected(node, "true or false belongs here")
	}
	return err
}

// textList is a list of scalars, or one scalar.
type textList []string

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (l *textList) UnmarshalYAML(node ast.Node) error {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		s, err := scalar(node)
		*l = textList{s}
		return err
	}
	*l = textList{}
	for _, value := range sequence.Values {
		s, err := scalar(value)
		if err != nil {
			return err
		}
		*l = append(*l, s)
	}
	return nil
}
