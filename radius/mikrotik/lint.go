package mikrotik

import (
	"slices"
	"strings"
)

// Finding is a hole through which guests reach the internet without paying, or strangers the router.
type Finding struct {
	Hole    string // key of its sentence in internal/words
	Item    string // where it was found: a rule, a profile, a service
	Command string // what closes it, for the router's terminal
}

// holes are all that is searched for, each with its search.
var holes = []struct {
	key    string
	search func(c Configuration) []Finding
}{
	{"hole.resolver", anyResolver},
	{"hole.tunnel", tunnels},
	{"hole.garden", wideGarden},
	{"hole.probe", probeHosts},
	{"hole.bypass", bypassed},
	{"hole.ipv6", sixthUnfiltered},
	{"hole.local", localUsers},
	{"hole.trial", trials},
	{"hole.cookie", cookies},
	{"hole.fasttrack", fastTracked},
	{"hole.static", staticAddresses},
	{"hole.outside", openOutside},
	{"hole.arrears", openToArrears},
}

// Lint looks for holes. It judges what is switched on, and only by the configuration: a device that lies is not found out.
func Lint(c Configuration) (found []Finding) {
	for _, hole := range holes {
		for _, f := range hole.search(c) {
			f.Hole = hole.key
			found = append(found, f)
		}
	}
	return found
}

// describe names an item by what it says, and its id.
func describe(item map[string]string, names ...string) string {
	var said []string
	for _, name := range append(names, "comment", ".id") {
		if item[name] != "" {
			said = append(said, name+"="+item[name])
		}
	}
	return strings.Join(said, " ")
}

// disable closes a hole by switching its item off.
func disable(menu string, item map[string]string, names ...string) Finding {
	return Finding{Item: describe(item, names...), Command: strings.ReplaceAll(menu[1:], "/", " ")}.with("/", " disable "+item[".id"])
}

func (f Finding) with(before, after string) Finding {
	f.Command = before + f.Command + after
	return f
}

func has(list, one string) bool { return slices.Contains(strings.Split(list, ","), one) }

func without(list string, ones ...string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(list, ","), func(s string) bool { return slices.Contains(ones, s) }), ",")
}

// openings are the entries that let guests through before they log in, by address.
func (c Configuration) openings() (open []map[string]string) {
	for _, e := range c.live("/ip/hotspot/walled-garden/ip") {
		if e["action"] == "accept" || e["action"] == "" {
			open = append(open, e)
		}
	}
	return open
}

func anyResolver(c Configuration) (found []Finding) {
	for _, e := range c.openings() {
		if hasPort(e["dst-port"], 53) && e["dst-address"] == "" && e["dst-host"] == "" {
			found = append(found, disable("/ip/hotspot/walled-garden/ip", e, "protocol", "dst-port"))
		}
	}
	for _, rule := range c.live("/ip/firewall/nat") { // before the hotspot turns questions to its own resolver
		if rule["chain"] == "pre-hotspot" && hasPort(rule["dst-port"], 53) && rule["dst-address"] == "" && rule["action"] == "accept" {
			found = append(found, disable("/ip/firewall/nat", rule, "chain", "dst-port"))
		}
	}
	return found
}

// tunnels: ICMP let through, and a resolver that answers guests who are not online as fast as they ask.
func tunnels(c Configuration) (found []Finding) {
	for _, e := range c.openings() {
		if e["protocol"] == "icmp" {
			found = append(found, disable("/ip/hotspot/walled-garden/ip", e, "protocol", "dst-address"))
		}
	}
	limited := slices.ContainsFunc(c.live("/ip/firewall/filter"), func(rule map[string]string) bool {
		return rule["chain"] == "pre-hs-input" && rule["action"] == "drop" && hasPort(rule["dst-port"], 64872)
	})
	if len(c.live("/ip/hotspot")) > 0 && !limited {
		limit := resolverParts()
		found = append(found, Finding{Item: "chain=pre-hs-input", Command: limit[0].script() + limit[1].script()})
	}
	return found
}

func bypassed(c Configuration) (found []Finding) {
	for _, b := range c.live("/ip/hotspot/ip-binding") {
		if b["type"] == "bypassed" {
			found = append(found, disable("/ip/hotspot/ip-binding", b, "mac-address", "address"))
		}
	}
	return found
}

func localUsers(c Configuration) (found []Finding) {
	if len(c.live("/ip/hotspot")) > 0 {
		for _, u := range c.live("/ip/hotspot/user") {
			if u["default"] != "true" && u["dynamic"] != "true" && u["name"] != "default-trial" {
				found = append(found, disable("/ip/hotspot/user", u, "name", "profile"))
			}
		}
	}
	for _, u := range c.live("/ppp/secret") {
		if u["service"] == "any" || u["service"] == "pppoe" {
			found = append(found, disable("/ppp/secret", u, "name", "profile"))
		}
	}
	return found
}

func trials(c Configuration) []Finding  { return c.loginBy("trial") }
func cookies(c Configuration) []Finding { return c.loginBy("cookie", "mac-cookie") }

// loginBy finds profiles in use that let people in without asking us. Its command drops every such way, so that the
// commands of two findings do not undo each other.
func (c Configuration) loginBy(ways ...string) (found []Finding) {
	for _, profile := range c["/ip/hotspot/profile"] {
		used := slices.ContainsFunc(c.live("/ip/hotspot"), func(h map[string]string) bool { return h["profile"] == profile["name"] })
		if !used || !slices.ContainsFunc(ways, func(way string) bool { return has(profile["login-by"], way) }) {
			continue
		}
		rest := without(profile["login-by"], "trial", "cookie", "mac-cookie")
		if rest == "" {
			rest = "http-pap"
		}
		found = append(found, Finding{Item: describe(profile, "name", "login-by"),
			Command: "/ip hotspot profile set " + profile[".id"] + " login-by=" + quote(rest)})
	}
	return found
}
