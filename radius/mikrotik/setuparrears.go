package mikrotik

import (
	"net/netip"
	"slices"
	"strings"
)

// portalList is the list of the firewall with the addresses of the portal. RouterOS keeps an entry that is a name up to date.
const portalList = "mtandao-portal"

// forwardFirst matches the rule that a rule which must see all that is forwarded stands before.
const forwardFirst = `chain="forward" dynamic=no`

// arrearsParts keep who is in arrears off everything but the portal and slow questions for names, and lead plain HTTP to the portal,
// which is how phones find that there is a page to see.
func (s Setup) arrearsParts() []part {
	var all []part
	for _, address := range s.portalTargets() {
		all = append(all, part{title: "arrears, addresses", menu: "/ip firewall address-list", key: comment("portal " + address), ours: true,
			values: []property{is("list", portalList), is("address", address)}})
	}
	return append(append(all, s.arrearsRules()...), s.arrearsRedirect())
}

func (s Setup) portalTargets() []string {
	targets := []string{s.portalHost()}
	for _, a := range append(slices.Clone(s.PortalAddresses), s.Second) {
		if a.IsValid() && !slices.Contains(targets, a.String()) {
			targets = append(targets, a.String())
		}
	}
	return targets
}

// arrearsRules are put one before the other, in front of all others: what was put last is seen first.
func (s Setup) arrearsRules() []part {
	rule := func(title, text string, values ...property) part {
		return part{title: title, menu: "/ip firewall filter", key: comment(text), ours: true, before: forwardFirst,
			values: append([]property{is("chain", "forward"), is("src-address-list", arrearsList)}, values...)}
	}
	rules := []part{
		rule("arrears, all else", "arrears", is("action", "reject")),
		rule("arrears, resolver", "arrears dns", is("action", "accept"), is("protocol", "udp"), is("dst-port", "53"), hidden("dst-limit", "10,30,src-address/1m")),
		rule("arrears, portal", "arrears portal", is("action", "accept"), is("dst-address-list", portalList)),
	}
	anew := `/ip firewall filter remove [/ip firewall filter find where comment~"^mtandao: arrears"]` + "\n"
	for _, p := range rules {
		anew += p.script()
	}
	for i := range rules {
		rules[i].anew = anew
	}
	return rules
}

func (s Setup) arrearsRedirect() part {
	to := property{name: "to-addresses", value: `[:resolve ` + quote(s.portalHost()) + `]`, hidden: true, expression: true}
	if len(s.PortalAddresses) > 0 {
		to = is("to-addresses", s.PortalAddresses[0].String())
	} else if _, err := netip.ParseAddr(s.portalHost()); err == nil {
		to = is("to-addresses", s.portalHost())
	}
	return part{title: "arrears, plain HTTP", menu: "/ip firewall nat", key: comment("arrears"), ours: true, option: true,
		values: []property{is("chain", "dstnat"), is("action", "dst-nat"), is("src-address-list", arrearsList), is("dst-address-list", "!"+portalList),
			is("protocol", "tcp"), is("dst-port", "80"), to}}
}

// movedPortal finds that the portal's name leads elsewhere by now than plain HTTP is led to.
func (s Setup) movedPortal(c Configuration) []Drift {
	p := s.arrearsRedirect()
	rule := c.one("/ip/firewall/nat", "comment", p.key.value)
	var now []string
	for _, entry := range c["/ip/firewall/address-list"] {
		if entry["list"] == portalList && entry["dynamic"] == "true" {
			now = append(now, entry["address"])
		}
	}
	if rule == nil || len(now) == 0 || slices.Contains(now, rule["to-addresses"]) || len(s.PortalAddresses) > 0 {
		return nil
	}
	return []Drift{{p.title, "to-addresses", rule["to-addresses"], strings.Join(now, ","), p.script()}}
}

// openToArrears: a home that owes has no more than a list of the firewall between itself and the internet.
func openToArrears(c Configuration) []Finding {
	if len(c.live("/interface/pppoe-server/server")) == 0 {
		return nil
	}
	shut, first := map[string]string(nil), map[string]string(nil) // the rule that stops them, and what they pass before it
	for _, r := range c.live("/ip/firewall/filter") {
		if r["chain"] != "forward" || r["dynamic"] == "true" {
			continue
		}
		stops := r["action"] == "drop" || r["action"] == "reject"
		if stops && r["src-address-list"] == arrearsList && only(r, "src-address-list") {
			shut = r
			break
		}
		if first == nil && r["src-address-list"] != arrearsList {
			first = r
		}
	}
	if shut != nil && !c.passes(shut[".id"]) {
		return nil
	}
	command, item := "", "chain=forward src-address-list="+arrearsList
	if shut != nil {
		command, item = "/ip firewall filter remove "+shut[".id"]+"; ", describe(shut, "action")
	}
	command += "/ip firewall filter add chain=forward action=reject src-address-list=" + arrearsList + ` comment="` + mark + `arrears"`
	if first != nil {
		command += " place-before=" + first[".id"]
	}
	return []Finding{{Item: item, Command: command}}
}

// passes says whether a rule before that one lets homes through whatever they want. What FastTrack lets through is a hole of its own.
func (c Configuration) passes(id string) bool {
	for _, r := range c.live("/ip/firewall/filter") {
		if r[".id"] == id {
			return false
		}
		if r["chain"] == "forward" && r["action"] == "accept" && only(r, "connection-state", "in-interface") && (r["in-interface"] == "" || r["in-interface"] == "all-ppp") {
			return true
		}
	}
	return false
}
