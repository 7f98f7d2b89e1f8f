package router

import "strings"

// field and row keep the order in which RouterOS prints.
type field struct{ name, value string }

type row []field

func (r row) get(name string) (string, bool) {
	for _, f := range r {
		if f.name == name {
			return f.value, true
		}
	}
	return "", false
}

// only keeps the properties of a .proplist.
func (r row) only(proplist string) row {
	if proplist == "" {
		return r
	}
	var kept row
	for _, name := range strings.Split(proplist, ",") {
		if value, ok := r.get(name); ok {
			kept = append(kept, field{name, value})
		}
	}
	return kept
}

// matches runs the query words on a stack; what is left on it must all be true.
func (r row) matches(queries []string) (bool, error) {
	var stack []bool
	for _, query := range queries {
		if operators, ok := strings.CutPrefix(query, "#"); ok {
			folded, err := fold(stack, operators)
			if err != nil {
				return false, err
			}
			stack = folded
			continue
		}
		stack = append(stack, r.test(query))
	}
	for _, value := range stack {
		if !value {
			return false, nil
		}
	}
	return true, nil
}

// test is one of name, -name, name=value and =name=value.
func (r row) test(query string) bool {
	if name, ok := strings.CutPrefix(query, "-"); ok {
		_, has := r.get(name)
		return !has
	}
	name, wanted, compared := strings.Cut(strings.TrimPrefix(query, "="), "=")
	value, has := r.get(name)
	return has && (!compared || value == wanted)
}

func fold(stack []bool, operators string) ([]bool, error) {
	for _, operator := range operators {
		n := len(stack)
		switch {
		case operator == '!' && n >= 1:
			stack[n-1] = !stack[n-1]
		case operator == '&' && n >= 2:
			stack = append(stack[:n-2], stack[n-2] && stack[n-1])
		case operator == '|' && n >= 2:
			stack = append(stack[:n-2], stack[n-2] || stack[n-1])
		default:
			return nil, errProtocol
		}
	}
	return stack, nil
}
