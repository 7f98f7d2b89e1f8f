package mikrotik

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// guestInterfaces are where hotspots listen.
func (c Configuration) guestInterfaces() (names []string) {
	for _, h := range c.live("/ip/hotspot") {
		if !slices.Contains(names, h["interface"]) {
			names = append(names, h["interface"])
		}
	}
	return names
}

// sixthUnfiltered: a hotspot sees IPv4 only; guests with IPv6 go round it unless the filter stops them first of all.
func sixthUnfiltered(c Configuration) (found []Finding) {
	rules, present := c["/ipv6/firewall/filter"]
	if !present || c.single("/ipv6/settings")["disable-ipv6"] == "true" {
		return nil
	}
	for _, guests := range c.guestInterfaces() {
		first := slices.IndexFunc(rules, func(r map[string]string) bool {
			return r["chain"] == "forward" && r["disabled"] != "true" && (r["in-interface"] == "" || r["in-interface"] == guests)
		})
		if first >= 0 && (rules[first]["action"] == "drop" || rules[first]["action"] == "reject") && only(rules[first], "in-interface") {
			continue
		}
		command := "/ipv6 firewall filter add chain=forward action=drop in-interface=" + quote(guests) + ` comment="mtandao: guests"`
		if at := slices.IndexFunc(rules, func(r map[string]string) bool { return r["chain"] == "forward" && r["dynamic"] != "true" }); at >= 0 {
			command += " place-before=" + rules[at][".id"]
		}
		found = append(found, Finding{Item: "interface=" + guests, Command: command})
	}
	return found
}

// matchers are properties by which a filter rule takes some packets and not others.
var matchers = strings.Fields(`protocol src-address dst-address src-port dst-port in-interface out-interface in-interface-list out-interface-list
connection-state connection-mark hotspot dst-limit src-address-list dst-address-list limit packet-mark content layer7-protocol icmp-options ipsec-policy connection-nat-state`)

// only says whether a rule matches by these properties and no other.
func only(rule map[string]string, names ...string) bool {
	return !slices.ContainsFunc(matchers, func(m string) bool { return rule[m] != "" && !slices.Contains(names, m) })
}

// fastTracked: a fast-tracked connection passes no queue, so a limit of speed does not hold it.
func fastTracked(c Configuration) (found []Finding) {
	limited := c.guestInterfaces()
	if len(c.live("/interface/pppoe-server/server")) > 0 {
		limited = append(limited, "all-ppp")
	}
	rules := c["/ip/firewall/filter"]
	for _, at := range c.fastTracks() {
		if rules[at]["connection-mark"] != "" || rules[at]["hotspot"] != "" {
			continue
		}
		for _, name := range limited {
			for _, side := range []string{"in-interface", "out-interface"} {
				kept := slices.ContainsFunc(rules[:at], func(r map[string]string) bool {
					return r["chain"] == "forward" && r["action"] == "accept" && r["disabled"] != "true" && r[side] == name && only(r, side, "connection-state")
				})
				if !kept {
					found = append(found, Finding{Item: describe(rules[at], "action") + " " + side + "=" + name,
						Command: "/ip firewall filter add chain=forward action=accept connection-state=established,related " + side + "=" + quote(name) +
							" place-before=" + rules[at][".id"] + " comment=" + quote(mark+"not fast "+side+" "+name)})
				}
			}
		}
	}
	return found
}

// staticAddresses: a second network on a hotspot's interface serves who sets an address by hand, and a hotspot on one port
// of a bridge does not see the other ports.
func staticAddresses(c Configuration) (found []Finding) {
	for _, h := range c.live("/ip/hotspot") {
		if port := c.one("/interface/bridge/port", "interface", h["interface"]); port != nil && port["disabled"] != "true" {
			found = append(found, Finding{Item: describe(h, "name", "interface"), Command: "/ip hotspot set " + h[".id"] + " interface=" + quote(port["bridge"])})
		}
		var home netip.Prefix
		self, _ := netip.ParseAddr(c.one("/ip/hotspot/profile", "name", h["profile"])["hotspot-address"])
		addresses := slices.DeleteFunc(c.live("/ip/address"), func(a map[string]string) bool { return a["interface"] != h["interface"] })
		for i, a := range addresses {
			p, err := netip.ParsePrefix(a["address"])
			if err == nil && (i == 0 || p.Contains(self)) {
				home = p.Masked()
			}
		}
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a["address"]); err == nil && p.Masked() != home {
				found = append(found, disable("/ip/address", a, "address", "interface"))
			}
		}
	}
	return found
}

// private are the addresses from which a service may be reached when the outside may not.
const private = "10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16"

// openOutside: the proxies, and whatever the router offers where no rule of the input chain drops strangers.
func openOutside(c Configuration) (found []Finding) {
	for _, menu := range []string{"proxy", "socks"} {
		if v := c.single("/ip/" + menu); v["enabled"] == "true" || v["enabled"] == "yes" {
			found = append(found, Finding{Item: menu, Command: "/ip " + menu + " set enabled=no"})
		}
	}
	rules := c.live("/ip/firewall/filter")
	if guard := slices.IndexFunc(rules, guardsInput); guard >= 0 {
		return append(found, c.letIn(rules[:guard])...)
	}
	for _, s := range c.live("/ip/service") {
		if s["address"] != "" || s["dynamic"] == "true" {
			continue
		}
		command := "/ip service set " + s[".id"] + " address=" + quote(private)
		if s["name"] == "telnet" || s["name"] == "ftp" {
			command = "/ip service set " + s[".id"] + " disabled=yes"
		}
		found = append(found, Finding{Item: describe(s, "name", "port"), Command: command})
	}
	if c.single("/ip/dns")["allow-remote-requests"] == "true" && !slices.ContainsFunc(rules, guardsDNS) {
		found = append(found, Finding{Item: "resolver", Command: "/ip firewall filter add chain=input action=drop protocol=udp dst-port=53 " + c.outside() +
			` comment="mtandao: resolver"; /ip firewall filter add chain=input action=drop protocol=tcp dst-port=53 ` + c.outside() + ` comment="mtandao: resolver"`})
	}
	return found
}

// letIn finds rules that open a service to everybody before the rule that keeps strangers out.
func (c Configuration) letIn(rules []map[string]string) (found []Finding) {
	for _, rule := range rules {
		everybody := rule["chain"] == "input" && rule["action"] == "accept" && only(rule, "protocol", "dst-port", "in-interface-list") &&
			(rule["in-interface-list"] == "" || rule["in-interface-list"] == "WAN" || rule["in-interface-list"] == "all")
		if everybody && c.offers(rule) {
			found = append(found, disable("/ip/firewall/filter", rule, "chain", "protocol", "dst-port"))
		}
	}
	return found
}

// offers says whether what a rule lets in reaches a service without a list of addresses of its own, or the resolver.
func (c Configuration) offers(rule map[string]string) bool {
	port := func(n int) bool { return rule["dst-port"] == "" || hasPort(rule["dst-port"], n) }
	tcp, udp := rule["protocol"] == "tcp" || rule["protocol"] == "", rule["protocol"] == "udp" || rule["protocol"] == ""
	if (tcp || udp) && port(53) && c.single("/ip/dns")["allow-remote-requests"] == "true" {
		return true
	}
	return tcp && slices.ContainsFunc(c.live("/ip/service"), func(s map[string]string) bool {
		n, err := strconv.Atoi(s["port"])
		return err == nil && s["address"] == "" && port(n)
	})
}

func guardsInput(rule map[string]string) bool {
	return rule["chain"] == "input" && (rule["action"] == "drop" || rule["action"] == "reject") && only(rule, "in-interface", "in-interface-list")
}

func guardsDNS(rule map[string]string) bool {
	return rule["chain"] == "input" && rule["action"] == "drop" && rule["protocol"] == "udp" && hasPort(rule["dst-port"], 53) &&
		only(rule, "in-interface", "in-interface-list", "protocol", "dst-port")
}

// outside matches packets from the internet: by the list of MikroTik's default set-up, by the port that is masqueraded, or by
// all that is no guest's.
func (c Configuration) outside() string {
	if c.one("/interface/list", "name", "WAN") != nil {
		return "in-interface-list=WAN"
	}
	for _, rule := range c.live("/ip/firewall/nat") {
		if port := rule["out-interface"]; rule["action"] == "masquerade" && port != "" && !strings.HasPrefix(port, "!") {
			return "in-interface=" + quote(port)
		}
	}
	if guests := c.guestInterfaces(); len(guests) > 0 {
		return "in-interface=" + quote("!"+guests[0])
	}
	return "in-interface-list=WAN"
}
