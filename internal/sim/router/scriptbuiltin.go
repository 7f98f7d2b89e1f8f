package router

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

func (b builtin) eval(m *machine) (datum, error) {
	switch b.name {
	case "if":
		return b.choose(m)
	case "foreach":
		return b.loop(m)
	case "do":
		return b.try(m)
	}
	args := make([]datum, 0, 3)
	for _, one := range b.args {
		v, err := one.eval(m)
		if err != nil {
			return nothing, err
		}
		args = append(args, v)
	}
	if least := map[string]int{"set": 2, "pick": 2, "find": 2}[b.name]; len(args) < max(1, least) {
		return nothing, fmt.Errorf("missing value(s) of %s", b.name)
	}
	return m.apply(b.name, args)
}

func (m *machine) apply(name string, args []datum) (datum, error) {
	switch name {
	case "local":
		args = append(args, nothing)
		m.scopes[len(m.scopes)-1][args[0].text] = args[1]
		return nothing, nil
	case "set":
		scope := m.scope(args[0].text)
		if scope == nil {
			return nothing, fmt.Errorf("no such variable %s", args[0].text)
		}
		scope[args[0].text] = args[1]
		return nothing, nil
	case "delay": // the devices of others have had their time when this one goes on
		return nothing, nil
	case "put":
		m.output.WriteString(args[0].String() + "\n")
		return nothing, nil
	case "error":
		return nothing, errors.New(args[0].String())
	case "return":
		return nothing, returned{args[0]}
	case "parse":
		b, err := (&parser{source: m.config, text: args[0].String()}).statements(0)
		return datum{kind: "code", code: b}, err
	case "call":
		return m.call(args[0])
	}
	return convert(name, args)
}

// call runs code in a scope that sees nothing outside.
func (m *machine) call(code datum) (datum, error) {
	if code.kind != "code" {
		return code, nil
	}
	outside := m.scopes
	m.scopes = make([]map[string]datum, len(outside)) // the depth counts, the variables do not
	v, err := m.block(code.code)
	m.scopes = outside
	if back := new(returned); errors.As(err, back) {
		return back.datum, nil
	}
	return v, err
}

// convert holds the commands that only compute.
func convert(name string, args []datum) (datum, error) {
	v := args[0]
	switch name {
	case "len":
		return number10(v.length()), nil
	case "tostr":
		return str(v.String()), nil
	case "find":
		if at := strings.Index(v.String(), args[1].String()); at >= 0 {
			return number10(int64(at)), nil
		}
		return nothing, nil
	case "typeof":
		return str(v.kind), nil
	case "resolve": // every name there is leads to one place
		if !strings.Contains(v.String(), ".") {
			return nothing, errors.New("failure: dns name does not exist")
		}
		return str("203.0.113.80"), nil
	case "tonum":
		if _, err := strconv.ParseInt(v.String(), 10, 64); err != nil {
			return nothing, nil
		}
		return datum{kind: "num", text: v.String()}, nil
	}
	return pick(args)
}

// pick is :pick value begin [end].
func pick(args []datum) (datum, error) {
	from, err := args[1].number()
	if err != nil {
		return nothing, err
	}
	to := from + 1
	if len(args) > 2 {
		if to, err = args[2].number(); err != nil {
			return nothing, err
		}
	}
	size := args[0].length()
	from, to = max(0, min(from, size)), max(0, min(to, size))
	switch {
	case args[0].kind == "array" && len(args) == 2 && from < size:
		return args[0].list[from], nil
	case args[0].kind == "array":
		return datum{kind: "array", list: args[0].list[from:max(from, to)]}, nil
	}
	return str(args[0].text[from:max(from, to)]), nil
}

func (b builtin) choose(m *machine) (datum, error) {
	if len(b.args) != 1 || b.named["do"] == nil {
		return nothing, fmt.Errorf("if needs a condition and do=")
	}
	v, err := b.args[0].eval(m)
	if err != nil {
		return nothing, err
	}
	is, err := v.isTrue()
	switch {
	case err != nil:
		return nothing, err
	case is:
		return m.branch(b.named["do"])
	case b.named["else"] != nil:
		return m.branch(b.named["else"])
	}
	return nothing, nil
}

// branch runs a block in place: it sees the variables around it.
func (m *machine) branch(e expression) (datum, error) {
	v, err := e.eval(m)
	if err != nil || v.kind != "code" {
		return v, err
	}
	return m.block(v.code)
}

func (b builtin) loop(m *machine) (datum, error) {
	if len(b.args) != 1 || b.named["in"] == nil || b.named["do"] == nil {
		return nothing, fmt.Errorf("foreach needs a variable, in= and do=")
	}
	name, _ := b.args[0].eval(m)
	over, err := b.named["in"].eval(m)
	if err != nil {
		return nothing, err
	}
	if over.kind != "array" {
		over.list = []datum{over}
	}
	for _, one := range over.list {
		m.scopes = append(m.scopes, map[string]datum{name.text: one})
		_, err := m.branch(b.named["do"])
		m.scopes = m.scopes[:len(m.scopes)-1]
		if err != nil {
			return nothing, err
		}
	}
	return nothing, nil
}

// try is :do {...} on-error={...}.
func (b builtin) try(m *machine) (datum, error) {
	if len(b.args) != 1 {
		return nothing, fmt.Errorf("do needs a block")
	}
	v, err := m.branch(b.args[0])
	if err != nil && b.named["on-error"] != nil && !errors.As(err, new(returned)) {
		return m.branch(b.named["on-error"])
	}
	return v, err
}
