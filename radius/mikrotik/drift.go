package mikrotik

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Drift is one thing in which a router is not as its set-up made it.
type Drift struct {
	Part   string // of the set-up
	Item   string // what is not as it should be: a property, the item, its place
	Is     string // what it is; empty when it is missing
	Wanted string
	Repair string // commands for the router's terminal
}

// Drift compares a router with its set-up. Secrets cannot be read back; a wrong one shows in the router's refusals.
func (s Setup) Drift(c Configuration) (found []Drift) {
	s = s.withDefaults()
	for _, p := range s.parts() {
		if p.guard.holds == nil || p.guard.holds(c) {
			found = append(found, p.drift(c)...)
		}
	}
	for _, r := range c.live("/radius") {
		if !strings.HasPrefix(r["comment"], mark) && serves.MatchString(r["service"]) {
			found = append(found, Drift{"RADIUS servers of others", r["address"], "enabled", "disabled", othersRadius})
		}
	}
	if s.Hotspot != nil {
		found = append(found, s.driftOfServers(c, "/ip/hotspot", "profile", "/ip/hotspot/profile", s.profileValues(), s.adoptHotspots())...)
	}
	if s.PPPoE != nil {
		found = append(found, s.movedPortal(c)...)
		values := []property{is("change-tcp-mss", "yes"), is("use-encryption", "no")}
		found = append(found, s.driftOfServers(c, "/interface/pppoe-server/server", "default-profile", "/ppp/profile", values, adoptPPPoE)...)
	}
	return found
}

var serves = regexp.MustCompile(`\b(hotspot|ppp)\b`)

func (p part) api() string { return strings.ReplaceAll(p.menu, " ", "/") }

func (p part) drift(c Configuration) (found []Drift) {
	items := c[p.api()]
	at := 0
	if p.key.name != "" {
		at = slices.IndexFunc(items, func(i map[string]string) bool { return i[p.key.name] == p.key.value })
	}
	if at < 0 || at >= len(items) {
		return []Drift{{p.title, p.key.value, "", "present", p.make()}}
	}
	values := p.values
	if p.ours {
		if _, has := items[at]["disabled"]; has {
			values = append(values[:len(values):len(values)], is("disabled", "no"))
		}
	}
	for _, v := range values {
		is, has := items[at][v.name]
		if !v.hidden && (has || !p.option) && !same(is, v.value) {
			found = append(found, Drift{p.title, v.name, is, v.value, p.repair(v)})
		}
	}
	if p.before != "" && p.late(c, at) {
		found = append(found, Drift{p.title, "place", "behind", "in front",
			p.menu + " remove [" + p.menu + " find where comment=" + quote(p.key.value) + "]\n" + p.make()})
	}
	return found
}

// make is what makes a part that is missing.
func (p part) make() string {
	if p.anew != "" {
		return p.anew
	}
	return p.script()
}

// repair is the part's own script, and switches an item of ours on that somebody switched off.
func (p part) repair(v property) string {
	if !p.ours || v.name != "disabled" {
		return p.script()
	}
	return p.menu + " enable [" + p.menu + " find where " + p.key.name + "=" + quote(p.key.value) + "]\n" + p.script()
}

// late says whether a rule stands behind one that must not see its packets first.
func (p part) late(c Configuration, at int) bool {
	rules := c[p.api()]
	return slices.ContainsFunc(rules[:at], func(r map[string]string) bool {
		stops := r["action"] == "drop" || r["action"] == "reject"
		if p.before == fastTrack {
			stops = r["action"] == "fasttrack-connection"
		}
		if p.before == forwardFirst && rules[at]["action"] == "reject" {
			stops = (r["action"] == "accept" || r["action"] == "fasttrack-connection") && r["src-address-list"] != arrearsList && r["dynamic"] != "true"
		}
		return stops && r["chain"] == rules[at]["chain"] && r["disabled"] != "true" && r["connection-state"] != "invalid"
	})
}

// driftOfServers looks at hotspots, or PPPoE servers, and the profiles that we gave them.
func (s Setup) driftOfServers(c Configuration, menu, points, profiles string, values []property, repair string) (found []Drift) {
	for _, server := range c.live(menu) {
		profile := server[points]
		if server["service-name"] == own+"pppoe" {
			profile = own + "pppoe" // ours: a part says which it must have
		}
		if !strings.HasPrefix(profile, own) {
			found = append(found, Drift{"adopted servers", describe(server, "name", "service-name"), profile, own + profile, repair})
			continue
		}
		for _, v := range values {
			if is := c.one(profiles, "name", profile)[v.name]; !same(is, v.value) {
				found = append(found, Drift{"adopted servers", profile + " " + v.name, is, v.value, repair})
			}
		}
	}
	return found
}

// same compares two values as RouterOS means them: yes is true, lists have no order, "!policy" is one that is not there.
func same(is, wanted string) bool { return maps.Equal(meaning(is), meaning(wanted)) }

func meaning(value string) map[string]bool {
	parts := map[string]bool{}
	for one := range strings.SplitSeq(value, ",") {
		switch one = strings.TrimSuffix(one, "/32"); one {
		case "yes":
			one = "true"
		case "no":
			one = "false"
		}
		if !strings.HasPrefix(one, "!") || value == one {
			parts[one] = true
		}
	}
	return parts
}
