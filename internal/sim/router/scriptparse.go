package router

import (
	"slices"
	"strings"
)

// block is a run of statements with its own local variables.
type block []statement

type statement struct {
	line int
	call expression
}

// expression is anything that has a value.
type expression interface {
	eval(m *machine) (datum, error)
}

type (
	literal   struct{ datum }
	joined    []expression // the parts of a string
	reference string       // a variable
	inner     struct{ block }
	negation  struct{ of expression }
	operation struct {
		operator    string
		left, right expression
	}
	// builtin is a command that begins with a colon.
	builtin struct {
		name  string
		args  []expression
		named map[string]expression
	}
	// call is a command of a menu.
	call struct {
		menu      *menu
		verb      string
		args      []expression
		named     map[string]expression
		condition *condition
	}
)

// statements reads up to the closing byte; 0 is the end of the text.
func (p *parser) statements(end byte) (block, error) {
	if p.depth++; p.depth > deepest {
		return nil, p.fail("too deep")
	}
	defer func(menu *menu) { p.menu = menu; p.depth-- }(p.menu)
	var all block
	for {
		p.gaps()
		if p.peek() == end && (end != 0 || p.at >= len(p.text)) {
			if end != 0 {
				p.at++
			}
			return all, nil
		}
		if p.at >= len(p.text) || p.peek() == '}' || p.peek() == ']' || p.peek() == ')' || p.peek() == 0 {
			return nil, p.fail("syntax error")
		}
		line := p.line()
		one, err := p.statement()
		if err != nil {
			return nil, err
		}
		if one != nil {
			all = append(all, statement{line, one})
		}
		if p.blanks(); !p.ends() {
			return nil, p.fail("expected end of command")
		}
	}
}

func (p *parser) statement() (expression, error) {
	switch {
	case p.take("{"):
		b, err := p.statements('}')
		return inner{b}, err
	case p.take(":"):
		return p.builtin(p.word())
	case p.take("$"):
		name, err := p.variable()
		return builtin{name: "call", args: []expression{reference(name)}}, err
	}
	return p.command()
}

// builtin reads the arguments of a command such as :if or :local, whose variable is a bare name.
func (p *parser) builtin(name string) (expression, error) {
	if !slices.Contains(builtins, name) {
		return nil, p.fail("bad command name %s", name)
	}
	b := builtin{name: name, named: map[string]expression{}}
	for p.blanks(); !p.ends(); p.blanks() {
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		if key == "" && len(b.args) == 0 && slices.Contains([]string{"local", "set", "foreach"}, name) {
			b.args = append(b.args, literal{str(p.word())})
			continue
		}
		argument, err := p.argument(true)
		if err != nil {
			return nil, err
		}
		if key == "" {
			b.args = append(b.args, argument)
		} else {
			b.named[key] = argument
		}
	}
	return b, nil
}

// key reads "name=" in front of a value; "" when there is none.
func (p *parser) key() (string, error) {
	from := p.at
	name := p.word()
	if name != "" && p.take("=") {
		if p.ends() || p.peek() == ' ' {
			return "", p.fail("missing value of %s", name)
		}
		return name, nil
	}
	p.at = from
	return "", nil
}

// argument is a value of a command. Blocks stand only where code does.
func (p *parser) argument(code bool) (expression, error) {
	if code && p.take("{") {
		b, err := p.statements('}')
		return literal{datum{kind: "code", code: b}}, err
	}
	if strings.IndexByte("\"$[(", p.peek()) >= 0 {
		return p.operand()
	}
	from := p.at
	for !p.ends() && strings.IndexByte(" \t\r\"$[({", p.peek()) < 0 {
		p.at++
	}
	if from == p.at {
		return nil, p.fail("syntax error")
	}
	return literal{bare(p.text[from:p.at])}, nil
}

// command reads a path, a verb and arguments.
func (p *parser) command() (expression, error) {
	path, verb, err := p.path()
	if err != nil || verb == "" {
		return nil, err
	}
	c := call{verb: verb, named: map[string]expression{}, menu: p.source.schema[path]}
	if c.menu == nil {
		c.menu = &menu{path: path} // a command outside the menus: /tool fetch, /import
	}
	defer func(menu *menu) { p.menu = menu }(p.menu)
	p.menu = c.menu
	return p.arguments(c)
}

func (p *parser) arguments(c call) (expression, error) {
	for p.blanks(); !p.ends(); p.blanks() {
		from := p.at
		if word := p.word(); word == "where" && (c.verb == "find" || c.verb == "print") {
			condition, err := p.where(c.menu)
			if err != nil {
				return nil, err
			}
			c.condition = condition
			return c, nil
		}
		p.at = from
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		argument, err := p.argument(false)
		if err != nil {
			return nil, err
		}
		if key == "" {
			c.args = append(c.args, argument)
			continue
		}
		if !known(c, key) || c.named[key] != nil {
			return nil, p.fail("expected end of command, not %s", key)
		}
		c.named[key] = argument
	}
	return c, nil
}

// known says whether a command takes a parameter of that name.
func known(c call, key string) bool {
	switch {
	case c.menu.path == "/tool" || c.menu.path == "/":
		return slices.Contains([]string{"url", "dst-path", "check-certificate", "mode", "file-name"}, key)
	case c.verb == "add" && (key == "place-before" || key == "copy-from"):
		return true
	case c.verb == "add" || c.verb == "set":
		_, ok := c.menu.property(key)
		return ok
	}
	return key == "numbers" || c.verb == "get" && key == "value-name"
}

// verbs are the commands of a menu.
var verbs = []string{"add", "set", "remove", "find", "get", "print", "enable", "disable"}

// path reads menu words and the verb. A path without a verb changes the menu for what follows in the block.
func (p *parser) path() (path, verb string, err error) {
	if p.menu != nil {
		path = p.menu.path
	}
	if p.take("/") {
		path = ""
	}
	for p.blanks(); !p.ends(); p.blanks() {
		word := p.word()
		switch {
		case word == "":
			return "", "", p.fail("bad command name")
		case p.isMenu(path + "/" + word):
			path += "/" + word
			p.take("/")
		case slices.Contains(verbs, word) && p.source.schema[path] != nil:
			return path, word, nil
		case path == "/tool" && word == "fetch":
			return path, word, nil
		case path == "" && word == "import":
			return "/", word, nil
		default:
			return "", "", p.fail("bad command name %s", word)
		}
	}
	p.menu = p.source.schema[path]
	return path, "", nil
}

func (p *parser) isMenu(path string) bool {
	if path == "/tool" {
		return true
	}
	for known := range p.source.schema {
		if known == path || strings.HasPrefix(known, path+"/") {
			return true
		}
	}
	return false
}
