package router

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// eval carries out a command of a menu.
func (c call) eval(m *machine) (datum, error) {
	args := make([]datum, len(c.args))
	for i, one := range c.args {
		v, err := one.eval(m)
		if err != nil {
			return nothing, err
		}
		args[i] = v
	}
	named := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.named)) {
		v, err := c.named[name].eval(m)
		if err != nil {
			return nothing, err
		}
		named[name] = v.String()
		if name == "numbers" {
			args, named = append(args, v), map[string]string{}
		}
	}
	if reads := c.verb == "find" || c.verb == "get" || c.verb == "print"; !reads && strings.HasPrefix(c.menuPath(), "/user") && m.may != nil && !m.may("policy") {
		return nothing, fmt.Errorf("not enough permissions (9)")
	}
	switch c.verb {
	case "fetch":
		return nothing, m.config.download(named["url"], named["dst-path"])
	case "import":
		return nothing, m.imported(named["file-name"])
	case "add":
		return c.add(m, named)
	case "find":
		return c.find(m)
	case "get":
		return c.get(m, args, named)
	case "print":
		return c.print(m)
	}
	return nothing, c.change(m, args, named)
}

func (c call) menuPath() string {
	if c.menu == nil {
		return ""
	}
	return c.menu.path
}

func (c call) add(m *machine, named map[string]string) (datum, error) {
	before, from := named["place-before"], named["copy-from"]
	delete(named, "place-before")
	delete(named, "copy-from")
	id, err := m.config.add(c.menu, named, before, from)
	return datum{kind: "id", text: id}, err
}

func (c call) find(m *machine) (datum, error) {
	found := datum{kind: "array"}
	for _, i := range m.config.items[c.menu.path] {
		if c.condition != nil {
			is, err := c.condition.matches(m, i)
			if err != nil {
				return nothing, err
			}
			if !is {
				continue
			}
		}
		found.list = append(found.list, datum{kind: "id", text: i.id})
	}
	return found, nil
}

// ids are the items that a command names by number: one id, or what find gave.
func (c call) ids(args []datum) []string {
	if c.menu.single {
		return []string{""}
	}
	if len(args) == 0 {
		return nil
	}
	if args[0].kind != "array" {
		return strings.Split(args[0].String(), ",")
	}
	var ids []string
	for _, one := range args[0].list {
		ids = append(ids, one.text)
	}
	return ids
}

func (c call) get(m *machine, args []datum, named map[string]string) (datum, error) {
	name := named["value-name"]
	if name == "" && len(args) > 0 {
		name = args[len(args)-1].String()
	}
	p, ok := c.menu.property(name)
	ids := c.ids(args)
	if !ok {
		return nothing, fmt.Errorf("unknown value name %s", name)
	}
	if len(ids) != 1 {
		return nothing, errNoItem
	}
	i := m.config.find(c.menu, ids[0])
	if i == nil {
		return nothing, errNoItem
	}
	return p.typed(i.values[name]), nil
}

func (c call) print(m *machine) (datum, error) {
	found, err := c.find(m)
	for _, id := range found.list {
		fmt.Fprintln(&m.output, c.menu.print(m.config.find(c.menu, id.text)))
	}
	return nothing, err
}

func (c call) change(m *machine, args []datum, named map[string]string) error {
	if !c.menu.single && len(args) == 0 {
		return fmt.Errorf("missing value(s) of argument(s) numbers")
	}
	for _, id := range c.ids(args) {
		var err error
		switch c.verb {
		case "set":
			err = m.config.set(c.menu, id, maps.Clone(named))
		case "enable", "disable":
			err = m.config.set(c.menu, id, map[string]string{"disabled": fmt.Sprint(c.verb == "disable")})
		case "remove":
			err = m.config.remove(c.menu, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// download is /tool fetch into a file; the folders on the way are made.
func (c *Configuration) download(url, path string) error {
	if mode := c.items["/system/device-mode"]; len(mode) > 0 && mode[0].values["fetch"] != "true" {
		return fmt.Errorf("failure: not allowed by device-mode")
	}
	body, err := c.fetch(url)
	if err != nil {
		return fmt.Errorf("failure: %w", err)
	}
	for at, letter := range path {
		if letter == '/' && c.file(path[:at]) == nil {
			c.write(path[:at], "directory", "")
		}
	}
	c.write(path, "file", string(body))
	return nil
}

func (c *Configuration) write(name, kind, contents string) {
	values := map[string]string{"name": name, "type": kind, "size": fmt.Sprint(len(contents)), "contents": contents}
	if i := c.file(name); i != nil {
		i.values = values
		return
	}
	c.lastID++
	c.items["/file"] = append(c.items["/file"], &item{itemID(c.lastID), values})
}

func (c *Configuration) file(name string) *item {
	for _, i := range c.items["/file"] {
		if i.values["name"] == name {
			return i
		}
	}
	return nil
}

// imported runs a script that stands in a file: its variables are its own, its steps count.
func (m *machine) imported(name string) error {
	i := m.config.file(name)
	if i == nil {
		return fmt.Errorf("failure: cannot open %s", name)
	}
	outside := m.scopes
	m.scopes = make([]map[string]datum, len(outside))
	defer func() { m.scopes = outside }()
	return m.script(i.values["contents"])
}
