package router

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Configuration is all that a RouterOS device is set to: what a script changes, an export shows and the API serves.
type Configuration struct {
	major  string // of RouterOS, "6" or "7"
	schema map[string]*menu
	fetch  func(url string) ([]byte, error)

	outside Outside // nil: none

	mu       sync.Mutex
	now      time.Time            // as of Pass
	ran      map[string]time.Time // schedulers, by id
	items    map[string][]*item   // by menu; a single menu has one, without id
	lastID   uint32
	watchers map[chan change]string // of API listen commands, to the menu that each follows
}

// item is one entry of a menu. Properties that were never given have their usual value.
type item struct {
	id     string
	values map[string]string
}

// change is news for a listening API client.
type change struct {
	row  row
	dead bool
}

// newConfiguration is a device of that version with empty menus. Fetch answers /tool fetch.
func newConfiguration(version string) *Configuration {
	major, _, _ := strings.Cut(version, ".")
	c := &Configuration{major: major, schema: schemaOf(major), items: map[string][]*item{}, watchers: map[chan change]string{}, ran: map[string]time.Time{},
		fetch: func(string) ([]byte, error) { return nil, fmt.Errorf("connection timeout") }}
	for path, m := range c.schema {
		if m.single {
			c.items[path] = []*item{{values: m.usual()}}
		}
	}
	c.items["/system/resource"][0].values["version"] = version
	return c
}

// SetFetch gives the device an internet from which /tool fetch reads.
func (c *Configuration) SetFetch(fetch func(url string) ([]byte, error)) { c.fetch = fetch }

func (m *menu) usual() map[string]string {
	values := map[string]string{}
	for _, p := range m.properties {
		if p.usual != "" {
			values[p.name] = p.usual
		}
	}
	return values
}

// normal brings a value to the form that RouterOS prints.
func (p property) normal(value string) (string, error) {
	switch p.kind {
	case kindBool:
		switch value {
		case "yes", "true":
			return "true", nil
		case "no", "false":
			return "false", nil
		}
		return "", fmt.Errorf("value of %s should be yes or no", p.name)
	case kindList:
		if strings.Contains(value, ";") {
			return "", fmt.Errorf("input does not match any value of %s", p.name)
		}
	case kindNumber:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return "", fmt.Errorf("invalid value for argument %s", p.name)
		}
	case kindTime:
		if d, err := parseSpan(value); err == nil {
			return spanWithMillis(d), nil
		}
		return "", fmt.Errorf("invalid time value for argument %s", p.name)
	}
	return value, nil
}

// check normalises values and holds them to the schema; own is the item that is being changed, if any.
func (c *Configuration) check(m *menu, values map[string]string, own *item) error {
	for name, value := range values {
		p, ok := m.property(name)
		if !ok {
			return fmt.Errorf("unknown parameter %s", name)
		}
		if p.kind == kindFact || p.kind == kindAge {
			return fmt.Errorf("%s is read-only", name)
		}
		normal, err := p.normal(value)
		if err != nil {
			return err
		}
		values[name] = normal
		if p.unique && slices.ContainsFunc(c.items[m.path], func(i *item) bool { return i != own && i.values[name] == normal }) {
			return fmt.Errorf("failure: already have %s with such name", m.path)
		}
		if p.refers != "" && !slices.ContainsFunc(c.items[p.refers], func(i *item) bool { return i.values["name"] == normal }) {
			return fmt.Errorf("input does not match any value of %s", name)
		}
	}
	return nil
}

// add makes an item, at the end or before another; it returns the new id.
func (c *Configuration) add(m *menu, values map[string]string, before, from string) (string, error) {
	if m.single || m.fixed {
		return "", fmt.Errorf("no such command or directory (add)")
	}
	made := m.usual()
	if from != "" {
		source := c.find(m, from)
		if source == nil {
			return "", errNoItem
		}
		made = maps.Clone(source.values)
		if _, has := made["default"]; has {
			made["default"] = "false"
		}
		if _, given := values["name"]; !given {
			return "", fmt.Errorf("failure: already have %s with such name", m.path)
		}
	}
	if err := c.check(m, values, nil); err != nil {
		return "", err
	}
	maps.Copy(made, values)
	for _, p := range m.properties {
		if p.required && made[p.name] == "" {
			return "", fmt.Errorf("missing value(s) of argument(s) %s", p.name)
		}
	}
	c.lastID++
	return c.insert(m, &item{id: itemID(c.lastID), values: made}, before)
}

func (c *Configuration) insert(m *menu, i *item, before string) (string, error) {
	at := len(c.items[m.path])
	if before != "" {
		if at = slices.IndexFunc(c.items[m.path], func(i *item) bool { return i.id == before }); at < 0 {
			return "", errNoItem
		}
	}
	c.items[m.path] = slices.Insert(c.items[m.path], at, i)
	if m.path == "/interface/bridge" || m.path == "/interface/wireguard" {
		c.items["/interface"] = append(c.items["/interface"], &item{i.id, map[string]string{"name": i.values["name"], "disabled": "false"}})
	}
	c.callPeer(m, i, i.values)
	c.tell(m, i, false)
	return i.id, nil
}

var errNoItem = fmt.Errorf("no such item")

// find takes an item's id, or its name.
func (c *Configuration) find(m *menu, id string) *item {
	for _, i := range c.items[m.path] {
		if i.id == id || id != "" && i.values["name"] == id {
			return i
		}
	}
	return nil
}

// set changes an item, or the values of a single menu.
func (c *Configuration) set(m *menu, id string, values map[string]string) error {
	i := c.find(m, id)
	if i == nil {
		return errNoItem
	}
	if err := c.check(m, values, i); err != nil {
		return err
	}
	for name, value := range values {
		if value == "" {
			delete(i.values, name)
		} else {
			i.values[name] = value
		}
	}
	c.callPeer(m, i, values)
	c.tell(m, i, false)
	return nil
}

// remove takes an item away; what others refer to, what came with the device and what it made itself stays.
func (c *Configuration) remove(m *menu, id string) error {
	i := c.find(m, id)
	switch {
	case i == nil:
		return errNoItem
	case m.single || m.fixed || i.values["default"] == "true" || i.values["dynamic"] == "true":
		return fmt.Errorf("failure: can not remove this item")
	case c.referred(m, i):
		return fmt.Errorf("failure: the item is in use")
	}
	c.items[m.path] = slices.DeleteFunc(c.items[m.path], func(other *item) bool { return other == i })
	c.items["/interface"] = slices.DeleteFunc(c.items["/interface"], func(other *item) bool { return m.path != "/interface" && other.id == id })
	if m.path == peersMenu && c.outside != nil {
		c.outside.Dial(i.values["public-key"], netip.AddrPort{})
	}
	c.tell(m, i, true)
	return nil
}

func (c *Configuration) referred(m *menu, i *item) bool {
	for _, other := range c.schema {
		for _, p := range other.properties {
			if p.refers == m.path && slices.ContainsFunc(c.items[other.path], func(o *item) bool { return o.values[p.name] == i.values["name"] }) {
				return true
			}
		}
	}
	return false
}

// Export is everything that is set, ids included, in an order that does not depend on how it came about.
func (c *Configuration) Export() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var text strings.Builder
	for _, path := range slices.Sorted(maps.Keys(c.items)) {
		for _, i := range c.items[path] {
			fmt.Fprintf(&text, "%s %s", path, i.id)
			for _, name := range slices.Sorted(maps.Keys(i.values)) {
				fmt.Fprintf(&text, " %s=%q", name, i.values[name])
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

var spanPart = regexp.MustCompile(`^(\d+)(ms|[wdhms])`)

// parseSpan reads 1w2d3h4m5s6ms, a bare number of seconds, or hh:mm:ss; the result is in milliseconds.
func parseSpan(text string) (millis int64, err error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n * 1000, nil
	}
	units := map[string]int64{"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
	for rest := text; rest != ""; {
		part := spanPart.FindStringSubmatch(rest)
		if part == nil {
			return 0, fmt.Errorf("invalid time %q", text)
		}
		n, err := strconv.ParseInt(part[1], 10, 32)
		if err != nil {
			return 0, err
		}
		millis += n * units[part[2]]
		rest = rest[len(part[0]):]
	}
	return millis, nil
}

func spanWithMillis(millis int64) string {
	text := ""
	for _, unit := range []struct {
		name string
		size int64
	}{{"w", 604_800_000}, {"d", 86_400_000}, {"h", 3_600_000}, {"m", 60_000}, {"s", 1000}, {"ms", 1}} {
		if n := millis / unit.size; n > 0 {
			text += strconv.FormatInt(n, 10) + unit.name
			millis %= unit.size
		}
	}
	if text == "" {
		return "0s"
	}
	return text
}

func (c *Configuration) tell(m *menu, i *item, dead bool) {
	for watcher, path := range c.watchers {
		if path == m.path {
			select {
			case watcher <- change{m.print(i), dead}:
			default: // a client that does not read loses news, as on a real router
			}
		}
	}
}

// print is an item as the API shows it.
func (m *menu) print(i *item) row {
	var printed row
	if i.id != "" {
		printed = append(printed, field{".id", i.id})
	}
	for _, p := range m.properties {
		if value, ok := i.values[p.name]; ok && p.kind != kindSecret {
			printed = append(printed, field{p.name, value})
		}
	}
	return printed
}
