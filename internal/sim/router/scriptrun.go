package router

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// builtins are the commands that begin with a colon.
var builtins = []string{"local", "set", "if", "foreach", "do", "put", "error", "return", "parse", "len", "pick", "find", "tostr",
	"tonum", "typeof", "delay", "resolve"}

// machine runs a script.
type machine struct {
	config *Configuration
	scopes []map[string]datum
	output strings.Builder
	steps  int
	may    func(policy string) bool // nil: everything, as the owner at the terminal
}

// Bounds of one run, scripts that it imports included.
const (
	mostSteps = 20_000
	mostText  = 1 << 20 // bytes printed, and of one value
)

// returned ends a function or script early, with its value.
type returned struct{ datum datum }

func (returned) Error() string { return "return" }

// Run executes a script as /import does and returns what it printed. A *ScriptError says where it stopped; what it did
// before that stays done.
func (c *Configuration) Run(script string) (output string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age()
	m := &machine{config: c}
	err = m.script(script)
	return m.output.String(), err
}

// script runs statements one at a time: a mistake further down does not undo what was done.
func (m *machine) script(script string) error {
	p := &parser{source: m.config, text: script}
	for p.gaps(); p.at < len(p.text); p.gaps() {
		line := p.line()
		one, err := p.statement()
		if err == nil {
			if p.blanks(); p.at < len(p.text) && p.peek() != '\n' && p.peek() != ';' {
				err = p.fail("expected end of command")
			}
		}
		if err == nil && one != nil {
			_, err = m.block(block{{line, one}})
		}
		if errors.As(err, new(returned)) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// block runs statements in a scope of their own; the value is the last one's.
func (m *machine) block(b block) (last datum, err error) {
	m.scopes = append(m.scopes, map[string]datum{})
	defer func() { m.scopes = m.scopes[:len(m.scopes)-1] }()
	last = nothing
	for _, s := range b {
		if m.steps++; m.steps > mostSteps || len(m.scopes) > 4*deepest || m.output.Len() > mostText {
			return nothing, &ScriptError{s.line, "script runs too long"}
		}
		if last, err = s.call.eval(m); err != nil {
			if e := new(*ScriptError); errors.As(err, e) || errors.As(err, new(returned)) {
				return nothing, err
			}
			return nothing, &ScriptError{s.line, err.Error()}
		}
	}
	return last, nil
}

func (l literal) eval(*machine) (datum, error) { return l.datum, nil }

func (i inner) eval(m *machine) (datum, error) { return m.block(i.block) }

func (r reference) eval(m *machine) (datum, error) {
	scope := m.scope(string(r))
	if scope == nil {
		return nothing, fmt.Errorf("no such variable %s", string(r))
	}
	return scope[string(r)], nil
}

func (m *machine) scope(name string) map[string]datum {
	for i := len(m.scopes) - 1; i >= 0; i-- {
		if _, has := m.scopes[i][name]; has {
			return m.scopes[i]
		}
	}
	return nil
}

func (j joined) eval(m *machine) (datum, error) {
	var all strings.Builder
	for _, part := range j {
		v, err := part.eval(m)
		if err != nil {
			return nothing, err
		}
		all.WriteString(v.String())
	}
	if all.Len() > mostText {
		return nothing, fmt.Errorf("out of memory")
	}
	return str(all.String()), nil
}

func (n negation) eval(m *machine) (datum, error) {
	v, err := n.of.eval(m)
	if err != nil {
		return nothing, err
	}
	is, err := v.isTrue()
	return truth(!is), err
}

func (o operation) eval(m *machine) (datum, error) {
	left, err := o.left.eval(m)
	if err != nil {
		return nothing, err
	}
	if o.operator == "&&" || o.operator == "||" {
		is, err := left.isTrue()
		if err != nil || is == (o.operator == "||") {
			return left, err
		}
	}
	right, err := o.right.eval(m)
	if err != nil {
		return nothing, err
	}
	switch o.operator {
	case "&&", "||":
		_, err := right.isTrue()
		return right, err
	case ".":
		return joined{literal{left}, literal{right}}.eval(m)
	case "+", "-", "*", "/":
		return arithmetic(o.operator, left, right)
	}
	is, err := compare(o.operator, left, right)
	return truth(is), err
}

func arithmetic(operator string, left, right datum) (datum, error) {
	a, err := left.number()
	if err != nil {
		return nothing, err
	}
	b, err := right.number()
	switch {
	case err != nil:
		return nothing, err
	case operator == "+":
		return number10(a + b), nil
	case operator == "-":
		return number10(a - b), nil
	case operator == "*":
		return number10(a * b), nil
	case b == 0:
		return nothing, fmt.Errorf("division by zero")
	}
	return number10(a / b), nil
}

// compare holds two values against each other: different types are never equal.
func compare(operator string, left, right datum) (bool, error) {
	switch operator {
	case "=":
		return left.kind == right.kind && left.String() == right.String(), nil
	case "!=":
		return left.kind != right.kind || left.String() != right.String(), nil
	case "~":
		pattern, err := regexp.Compile(right.String())
		return err == nil && pattern.MatchString(left.String()), err
	}
	a, err := left.measure()
	if err != nil {
		return false, err
	}
	b, err := right.measure()
	return map[string]bool{"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator], err
}

// matches tests an item. The value takes the type of the property, as it does on a router.
func (c *condition) matches(m *machine, i *item) (bool, error) {
	switch c.operator {
	case "not":
		is, err := c.left.matches(m, i)
		return !is, err
	case "and", "or":
		is, err := c.left.matches(m, i)
		if err != nil || is == (c.operator == "or") {
			return is, err
		}
		return c.right.matches(m, i)
	}
	v, err := c.datum.eval(m)
	if err != nil {
		return false, err
	}
	own := str(i.values[c.property.name])
	if c.property.name == ".id" {
		own = str(i.id)
	}
	if wanted, err := c.property.normal(v.String()); c.operator != "~" && err == nil {
		v = str(wanted)
	}
	return compare(c.operator, own, v)
}
