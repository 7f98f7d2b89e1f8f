package main

import (
	"regexp"
	"strings"
)

// block is one rule: what it is for and what it says, or, for @media, the rules in it.
type block struct {
	head, body string
	rules      []block
}

// cut leaves the rules that can meet something, and the variables and animations that they name. The licence stays.
func cut(css string, u use) string {
	licence := css[strings.Index(css, "/*!") : strings.Index(css, "*/")+2]
	rules := pick(parse(comment.ReplaceAllString(css, "")), u)
	for dropped := true; dropped; {
		named := names(rules)
		for name := range u.variables {
			named[name] = true
		}
		rules, dropped = without(rules, named)
	}
	var out strings.Builder
	out.WriteString(`@charset "UTF-8";` + licence + "\n")
	write(&out, rules)
	return out.String()
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// parse reads a minified style sheet, in which only @media holds rules.
func parse(css string) (rules []block) {
	for {
		head, rest, found := splitAt(css, "{;")
		if !found {
			return rules
		}
		if rest[0] == ';' { // @charset, which is written anew
			css = rest[1:]
			continue
		}
		body, after := braced(rest)
		b := block{head: head, body: body}
		if strings.HasPrefix(head, "@media") {
			b = block{head: head, rules: parse(body)}
		}
		rules, css = append(rules, b), after
	}
}

// braced is what stands between the brace at the start of a text and its partner, and what follows.
func braced(text string) (inside, after string) {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '"', '\'':
			at += 1 + strings.IndexByte(text[at+1:], text[at])
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[1:at], text[at+1:]
			}
		}
	}
	return text[1:], ""
}

// splitAt cuts before the first of some characters that is in no text and no parenthesis.
func splitAt(text, any string) (before, rest string, found bool) {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case c == '"' || c == '\'':
			at += 1 + strings.IndexByte(text[at+1:], c)
		case c == '\\':
			at++
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.IndexByte(any, c) >= 0:
			return text[:at], text[at:], true
		}
	}
	return text, "", false
}

func split(text, by string) (parts []string) {
	for {
		part, rest, found := splitAt(text, by)
		if part != "" {
			parts = append(parts, part)
		}
		if !found {
			return parts
		}
		text = rest[1:]
	}
}

var (
	pseudo   = regexp.MustCompile(`::?[\w-]+(\((?:[^()]|\([^()]*\))*\))?`)
	asked    = regexp.MustCompile(`([.#]?)((?:\\.|[\w-])+)|\[([\w-]+)[^\]]*\]`)
	animated = regexp.MustCompile(`animation(?:-name)?:([^;]*)`)
)

func pick(rules []block, u use) (kept []block) {
	for _, b := range rules {
		if b.rules != nil {
			b.rules = pick(b.rules, u)
		}
		if !strings.HasPrefix(b.head, "@") {
			var heads []string
			for _, selector := range split(b.head, ",") {
				if u.meets(selector) {
					heads = append(heads, selector)
				}
			}
			b.head = strings.Join(heads, ",")
		}
		if b.head != "" && (b.body != "" || b.rules != nil) {
			kept = append(kept, b)
		}
	}
	return kept
}

// meets is whether all that a selector asks for is in the pages; what stands in parentheses is not asked.
func (u use) meets(selector string) bool {
	for _, m := range asked.FindAllStringSubmatch(pseudo.ReplaceAllString(selector, ""), -1) {
		switch name := m[2]; {
		case m[3] != "" && !u.attributes[m[3]], m[1] == "#", m[1] == "." && !u.classes[name], m[1] == "" && m[3] == "" && !u.elements[name]:
			return false
		}
	}
	return true
}

// names are the variables and animations that rules ask for.
func names(rules []block) map[string]bool {
	found := map[string]bool{}
	var look func([]block)
	look = func(rules []block) {
		for _, b := range rules {
			add(found, variable, b.body)
			for _, m := range animated.FindAllStringSubmatch(b.body, -1) {
				for word := range strings.FieldsSeq(m[1]) {
					found["@"+word] = true
				}
			}
			look(b.rules)
		}
	}
	look(rules)
	return found
}

// without drops the variables and animations that nobody names; what only they named is dropped by the next call.
func without(rules []block, named map[string]bool) (kept []block, dropped bool) {
	for _, b := range rules {
		kind, name, _ := strings.Cut(b.head, " ")
		if kind == "@keyframes" && !named["@"+name] || kind == "@property" && !named[name] {
			dropped = true
			continue
		}
		var inner bool
		if b.rules != nil {
			b.rules, inner = without(b.rules, named)
		}
		var lines []string
		all := split(b.body, ";")
		if kind == "@keyframes" {
			lines, all = []string{b.body}, nil
		}
		for _, line := range all {
			if own, _, _ := strings.Cut(line, ":"); !strings.HasPrefix(own, "--") || named[own] {
				lines = append(lines, line)
			}
		}
		dropped = dropped || inner || len(lines) < len(all)
		b.body = strings.Join(lines, ";")
		if b.body != "" || b.rules != nil {
			kept = append(kept, b)
		}
	}
	return kept, dropped
}

// write puts a rule on each line, so that a change of a page shows what it brought in.
func write(out *strings.Builder, rules []block) {
	for _, b := range rules {
		out.WriteString(b.head + "{")
		if b.rules != nil {
			out.WriteString("\n")
			write(out, b.rules)
		}
		out.WriteString(b.body + "}\n")
	}
}
