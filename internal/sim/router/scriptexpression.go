package router

import (
	"slices"
	"strings"
)

// levels are the operators, weakest first.
var levels = [][]string{{"||"}, {"&&"}, {"!=", "<=", ">=", "=", "<", ">", "~"}, {".", "+", "-"}, {"*", "/"}}

// operand reads a string, a variable, a [command], an (expression) or a bare word.
func (p *parser) operand() (expression, error) {
	if p.depth++; p.depth > deepest {
		return nil, p.fail("too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("\""):
		return p.quoted()
	case p.take("$"):
		return p.substitution()
	case p.take("["):
		b, err := p.statements(']')
		return inner{b}, err
	case p.take("("):
		e, err := p.binary(0)
		if p.blanks(); err == nil && !p.take(")") {
			err = p.fail("expected closing paren")
		}
		return e, err
	case p.take("!"):
		p.blanks()
		of, err := p.operand()
		return negation{of}, err
	}
	word := p.word()
	if word == "" {
		return nil, p.fail("syntax error")
	}
	return literal{bare(word)}, nil
}

// binary reads operands joined by operators of this level and the stronger ones; it stands inside parentheses, so lines
// may end anywhere.
func (p *parser) binary(level int) (expression, error) {
	if level == len(levels) {
		p.blanks()
		return p.operand()
	}
	left, err := p.binary(level + 1)
	for err == nil {
		p.blanks()
		at := slices.IndexFunc(levels[level], p.take)
		if at < 0 {
			return left, nil
		}
		var right expression
		right, err = p.binary(level + 1)
		left = operation{levels[level][at], left, right}
	}
	return left, err
}

// condition is what follows "where": a property against a value, or several joined.
type condition struct {
	operator    string // "and", "or", "not", or a comparison
	left, right *condition
	property    property
	datum       expression
}

// where reads conditions joined by &&, ||, or nothing, which means and.
func (p *parser) where(m *menu) (*condition, error) {
	left, err := p.conjunction(m)
	for err == nil {
		if p.blanks(); !p.take("||") {
			return left, nil
		}
		var right *condition
		right, err = p.conjunction(m)
		left = &condition{operator: "or", left: left, right: right}
	}
	return nil, err
}

func (p *parser) conjunction(m *menu) (*condition, error) {
	left, err := p.test(m)
	for err == nil {
		p.blanks()
		joint := p.take("&&")
		if p.blanks(); !joint && (p.ends() || strings.HasPrefix(p.text[p.at:], "||")) {
			return left, nil
		}
		var right *condition
		right, err = p.test(m)
		left = &condition{operator: "and", left: left, right: right}
	}
	return nil, err
}

func (p *parser) test(m *menu) (*condition, error) {
	if p.depth++; p.depth > deepest {
		return nil, p.fail("too deep")
	}
	defer func() { p.depth-- }()
	p.blanks()
	if p.take("!") {
		of, err := p.test(m)
		return &condition{operator: "not", left: of}, err
	}
	if p.take("(") {
		c, err := p.where(m)
		if p.blanks(); err == nil && !p.take(")") {
			err = p.fail("expected closing paren")
		}
		return c, err
	}
	name := p.word()
	tested, ok := m.property(name)
	if !ok && name != ".id" {
		return nil, p.fail("bad property %q of %s", name, m.path)
	}
	tested.name = name
	at := slices.IndexFunc(levels[2], p.take)
	if at < 0 {
		return nil, p.fail("expected a comparison after %s", name)
	}
	against, err := p.argument(false)
	if own, isName := against.(reference); isName {
		if _, shadowed := m.property(string(own)); shadowed {
			return nil, p.fail("$%s means the property here, not the variable", own)
		}
	}
	return &condition{operator: levels[2][at], property: tested, datum: against}, err
}
