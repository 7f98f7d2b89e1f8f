package router

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// version is what the device says it runs.
func (c *Configuration) version() string {
	if c == nil {
		return apiVersion
	}
	return c.items["/system/resource"][0].values["version"]
}

// admitUser lets a user of the configuration in, when the group has the policy "api" and the address is one of the user's and of
// the service's.
func (s *apiSession) admitUser(c command) bool {
	config := s.router.options.Configuration
	if config == nil {
		return false
	}
	config.mu.Lock()
	defer config.mu.Unlock()
	for _, service := range config.items["/ip/service"] {
		if v := service.values; v["name"] == "api" && (v["disabled"] == "true" || !s.comesFrom(v["address"])) {
			return false
		}
	}
	for _, u := range config.items["/user"] {
		if v := u.values; v["name"] != c.attributes["name"] || v["password"] != c.attributes["password"] || v["disabled"] == "true" || !s.comesFrom(v["address"]) {
			continue
		}
		for _, group := range config.items["/user/group"] {
			if group.values["name"] == u.values["group"] {
				s.policies = group.values["policy"]
			}
		}
		return s.may("api")
	}
	return false
}

func (s *apiSession) may(policy string) bool {
	return s.policies == "" || slices.Contains(strings.Split(s.policies, ","), policy)
}

// comesFrom says whether the client is in one of the prefixes; no prefixes are all.
func (s *apiSession) comesFrom(prefixes string) bool {
	host, _, _ := net.SplitHostPort(s.conn.RemoteAddr().String())
	from, err := netip.ParseAddr(host)
	for one := range strings.SplitSeq(prefixes, ",") {
		if p, e := netip.ParsePrefix(one); one == "" || err == nil && e == nil && p.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

// inTree finds the menu and verb of a command that the configuration answers; what the running router knows better is
// left to it.
func (s *apiSession) inTree(path string) (*menu, string) {
	config := s.router.options.Configuration
	at := strings.LastIndexByte(path, '/')
	if config == nil || at < 0 || path == "/system/resource/print" {
		return nil, ""
	}
	verb := path[at+1:]
	if !slices.Contains([]string{"print", "getall", "listen", "add", "set", "remove", "enable", "disable"}, verb) {
		return nil, ""
	}
	return config.schema[path[:at]], verb
}

func (s *apiSession) isListen(path string) bool {
	menu, verb := s.inTree(path)
	return menu != nil && verb == "listen"
}

func (s *apiSession) obeyTree(c command, m *menu, verb string) {
	reading := verb == "print" || verb == "getall"
	config := s.router.options.Configuration
	switch {
	case reading && !s.may("read"), !reading && !s.may("write"), !reading && strings.HasPrefix(m.path, "/user") && !s.may("policy"):
		s.trap(c, &trap{trapNone, "not enough permissions (9)"})
	case reading:
		s.printTree(c, m)
	default:
		made, problem := config.obey(c, m, verb)
		switch {
		case problem != nil:
			s.trap(c, problem)
		case made != "":
			s.reply(c, "!done", "=ret="+made)
		default:
			s.reply(c, "!done")
		}
	}
}

// printTree answers with the items that match; secrets only to whom "sensitive" allows it.
func (s *apiSession) printTree(c command, m *menu) {
	config := s.router.options.Configuration
	config.mu.Lock()
	config.age()
	var rows []row
	for _, i := range config.items[m.path] {
		printed := m.print(i)
		for _, p := range m.properties {
			if value, ok := i.values[p.name]; ok && p.kind == kindSecret && s.may("sensitive") {
				printed = append(printed, field{p.name, value})
			}
		}
		rows = append(rows, printed)
	}
	config.mu.Unlock()
	s.printRows(c, rows, config.major == "7")
}

// obey carries out a command that changes the configuration; made is the id of what was added.
func (c *Configuration) obey(words command, m *menu, verb string) (made string, _ *trap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	values := map[string]string{}
	for name, value := range words.attributes {
		if name != ".id" && name != "numbers" && name != "place-before" && name != "copy-from" {
			values[name] = value
		}
	}
	if verb == "add" {
		made, err := c.add(m, values, words.attributes["place-before"], words.attributes["copy-from"])
		return made, trapOf(err)
	}
	ids := []string{""}
	if !m.single {
		ids = strings.FieldsFunc(words.attributes[".id"]+","+words.attributes["numbers"], func(r rune) bool { return r == ',' })
	}
	if len(ids) == 0 {
		return "", &trap{trapMissing, "missing =.id="}
	}
	for _, id := range ids {
		var err error
		switch verb {
		case "remove":
			err = c.remove(m, id)
		case "enable", "disable":
			err = c.set(m, id, map[string]string{"disabled": map[string]string{"enable": "false", "disable": "true"}[verb]})
		default:
			err = c.set(m, id, values)
		}
		if err != nil {
			return "", trapOf(err)
		}
	}
	return "", nil
}

func trapOf(err error) *trap {
	switch {
	case err == nil:
		return nil
	case err == errNoItem:
		return &trap{trapMissing, "no such item"}
	}
	return &trap{trapBadArgument, err.Error()}
}

// listener begins to follow a menu at once, and then tells of its changes until the command is cancelled.
func (s *apiSession) listener(c command) func(context.Context, command) {
	config := s.router.options.Configuration
	menu, _ := s.inTree(c.path)
	if !s.may("read") {
		return func(context.Context, command) { s.trap(c, &trap{trapNone, "not enough permissions (9)"}) }
	}
	news := make(chan change, 64)
	config.mu.Lock()
	config.watchers[news] = menu.path
	config.mu.Unlock()
	return func(ctx context.Context, c command) {
		defer func() {
			config.mu.Lock()
			delete(config.watchers, news)
			config.mu.Unlock()
		}()
		s.relay(ctx, c, news)
	}
}

func (s *apiSession) relay(ctx context.Context, c command, news <-chan change) {
	for {
		select {
		case <-ctx.Done():
			s.trap(c, &trap{trapInterrupted, "interrupted"})
			return
		case one := <-news:
			if one.dead {
				id, _ := one.row.get(".id")
				one.row = row{{".id", id}, {".dead", "yes"}}
			}
			s.printRow(c, one.row)
		}
	}
}

// runScript runs a stored script with the rights of whoever asks.
func (s *apiSession) runScript(c command) {
	config := s.router.options.Configuration
	if config == nil || !s.may("write") {
		s.trap(c, &trap{trapNone, "not enough permissions (9)"})
		return
	}
	config.mu.Lock()
	defer config.mu.Unlock()
	script := config.find(config.schema["/system/script"], c.attributes[".id"])
	if script == nil {
		s.trap(c, &trap{trapMissing, "no such item"})
		return
	}
	if err := (&machine{config: config, may: s.may}).script(script.values["source"]); err != nil {
		s.trap(c, &trap{trapScript, err.Error()})
		return
	}
	s.reply(c, "!done")
}
