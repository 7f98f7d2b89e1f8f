package mikrotik

import (
	"net/netip"
	"slices"
	"strconv"
)

// mark begins the comment, or where there is none the name, of all that is ours on a router.
const (
	mark = "mtandao: "
	own  = "mtandao-"
)

// part is one thing that the set-up wants on a router: an item of ours, found again by its comment or name, or settings that
// were there before us and are remembered.
type part struct {
	title  string
	menu   string
	key    property // how to find the item; no name: the menu has one set of values
	values []property
	ours   bool // the item is made by us and goes with us
	option bool // not every router has these properties, by its packages: one that lacks them goes without
	noted  bool // ours in a menu without comments: a memory says that we made it
	guard  guard
	before string // condition of the rule that it must stand before, if there is one
	anew   string // makes it and those that it must stand among; empty: it alone
}

// property of an item. A hidden one cannot be read back, or not as it was
// written; a list is read as several values; an expression is the router's to work out.
type property struct {
	name, value              string
	hidden, list, expression bool
}

// guard says when a part is wanted, to the router and to who reads its configuration.
type guard struct {
	script string
	holds  func(c Configuration) bool
}

// parts lists what the set-up wants, in the order of the script; undoing goes backwards.
func (s Setup) parts() []part {
	var all []part
	all = append(all, s.timeParts()...)
	all = append(all, s.tunnelParts()...)
	all = append(all, s.radiusParts()...)
	all = append(all, s.apiParts()...)
	if s.Hotspot != nil {
		all = append(all, s.networkParts()...)
		all = append(all, s.hotspotParts()...)
		all = append(all, s.gardenParts()...)
	}
	if s.PPPoE != nil {
		all = append(all, s.pppoeParts()...)
	}
	return all
}

func comment(text string) property     { return property{name: "comment", value: mark + text} }
func named(text string) property       { return property{name: "name", value: own + text} }
func is(name, value string) property   { return property{name: name, value: value} }
func hidden(name, v string) property   { return property{name: name, value: v, hidden: true} }
func isOwn(name, text string) property { return property{name: name, value: own + text} }

func (s Setup) timeParts() []part {
	zone := part{title: "time zone", menu: "/system clock", values: []property{is("time-zone-autodetect", "no"), is("time-zone-name", s.Zone)}}
	if s.Version == 6 {
		return []part{zone, {title: "time", menu: "/system ntp client", option: true, values: []property{is("enabled", "yes"), is("server-dns-names", s.NTP)}}}
	}
	return []part{zone, {title: "time", menu: "/system ntp client", values: []property{is("enabled", "yes")}},
		{title: "time server", menu: "/system ntp client servers", key: is("address", s.NTP), ours: true, noted: true}}
}

func (s Setup) tunnelParts() []part {
	t := s.Tunnel
	if t == nil {
		return nil
	}
	inside := netip.PrefixFrom(t.Address, 32).String()
	peer := []property{isOwn("interface", "wg"), is("public-key", t.PeerKey), is("endpoint-address", t.Host), is("endpoint-port", strconv.Itoa(t.Port)),
		is("allowed-address", t.Far.Masked().String()), is("persistent-keepalive", "25s")}
	if t.SharedKey != "" {
		peer = append(peer, hidden("preshared-key", t.SharedKey))
	}
	all := []part{
		{title: "tunnel", menu: "/interface wireguard", key: named("wg"), ours: true, values: []property{is("mtu", "1420"),
			hidden("private-key", t.PrivateKey), comment("tunnel")}},
		{title: "tunnel's far end", menu: "/interface wireguard peers", key: comment("tunnel"), ours: true, values: peer},
		{title: "tunnel's address", menu: "/ip address", key: comment("tunnel"), ours: true, values: []property{is("address", inside),
			isOwn("interface", "wg")}},
		{title: "tunnel's route", menu: "/ip route", key: comment("tunnel"), ours: true, values: []property{
			is("dst-address", t.Far.Masked().String()), isOwn("gateway", "wg")}},
		{title: "way in from the tunnel", menu: "/ip firewall filter", key: comment("tunnel"), ours: true, before: `chain="input" dynamic=no`,
			values: []property{is("chain", "input"), is("action", "accept"), isOwn("in-interface", "wg"), is("src-address", t.Far.Masked().String())}},
	}
	all = append(all, callAgain)
	if t.PrivateKey == "" && t.PeerKey != "" { // only the script had it: made without, the interface would have a key that nobody knows
		return all[1:]
	}
	return all
}

// callAgain looks each minute whether the tunnel has been silent for longer than a session of WireGuard may be used, and then
// switches its far end off and on: RouterOS resolves the name of an endpoint only there, and our address may be another one by
// now. One that was left off by a power cut in between is switched on too. It counts from the start, as the clock may be wrong.
var callAgain = part{title: "tunnel's scheduler", menu: "/system scheduler", key: comment("tunnel"), ours: true, values: []property{
	named("tunnel"), is("interval", "1m"), is("start-time", "startup"), is("policy", "read,write"),
	is("on-event", `:foreach it in=[/interface wireguard peers find where comment="`+mark+`tunnel"] do={:local late true; `+
		`:local seen [/interface wireguard peers get $it last-handshake]; :if ([:typeof $seen] = "time") do={:set late ($seen > 3m)}; `+
		`:if ($late) do={/interface wireguard peers disable $it; :delay 1s; /interface wireguard peers enable $it}}`)}}

func (s Setup) radiusParts() (all []part) {
	service := "hotspot,ppp"
	switch {
	case s.PPPoE == nil:
		service = "hotspot"
	case s.Hotspot == nil:
		service = "ppp"
	}
	for i, server := range s.Servers {
		n := strconv.Itoa(i + 1)
		values := []property{is("service", service), is("address", server.Address.String()), hidden("secret", s.Secret),
			is("authentication-port", number(server.AuthPort, 1812)), is("accounting-port", number(server.AcctPort, 1813)), is("timeout", "3s")}
		if s.Source.IsValid() {
			values = append(values, is("src-address", s.Source.String()))
		}
		if s.Version == 7 {
			values = append(values, is("require-message-auth", "yes-for-request-resp"))
		}
		all = append(all, part{title: "RADIUS server " + n, menu: "/radius", key: comment("radius " + n), ours: true, values: values})
		if s.Tunnel == nil {
			all = append(all, part{title: "way in for RADIUS server " + n, menu: "/ip firewall filter", key: comment("coa " + n), ours: true,
				before: `chain="input" dynamic=no`, values: []property{is("chain", "input"), is("action", "accept"), is("protocol", "udp"),
					is("dst-port", "3799"), is("src-address", server.Address.String())}})
		}
	}
	all = append(all, part{title: "commands from RADIUS", menu: "/radius incoming", values: []property{is("accept", "yes"), is("port", "3799")}})
	if s.PPPoE != nil { // an interval of zero here leaves it to our answer
		all = append(all, part{title: "PPP accounting", menu: "/ppp aaa", values: []property{is("use-radius", "yes"), is("accounting", "yes"),
			is("interim-update", "0s")}})
	}
	return all
}

func (s Setup) apiParts() []part {
	from := s.API.From.Masked().String()
	if s.Tunnel == nil && s.Second.IsValid() {
		from += "," + netip.PrefixFrom(s.Second, 32).String()
	}
	return []part{
		{title: "API group", menu: "/user group", key: named("api"), ours: true, values: []property{is("policy", "api,read,write,test")}},
		{title: "API user", menu: "/user", key: comment("api"), ours: true, values: []property{is("name", s.API.User), isOwn("group", "api"),
			hidden("password", s.API.Password), is("address", from)}},
		{title: "API", menu: "/ip service", key: is("name", "api"), values: []property{is("disabled", "no"), {name: "address", value: from, list: true}}},
	}
}

// noHotspot and noNetwork are seen without what we made ourselves, so that a second run decides as the first did.
func noHotspot() guard {
	return guard{`[:len [/ip hotspot find where name!="mtandao-hs" disabled=no]] = 0`, func(c Configuration) bool {
		return !slices.ContainsFunc(c.live("/ip/hotspot"), func(h map[string]string) bool { return h["name"] != own+"hs" })
	}}
}

func (s Setup) noNetwork() guard {
	on := s.Hotspot.Interface
	return guard{noHotspot().script + ` && [:len [/ip address find where interface=` + quote(on) + ` comment!="` + mark + `hotspot" dynamic=no]] = 0`,
		func(c Configuration) bool {
			others := 0
			for _, address := range c["/ip/address"] {
				if address["interface"] == on && address["comment"] != mark+"hotspot" && address["dynamic"] != "true" {
					others++
				}
			}
			return noHotspot().holds(c) && others == 0
		}}
}

func (s Setup) networkParts() []part {
	h := s.Hotspot
	net, self := h.Address.Masked().String(), h.Address.Addr().String()
	network := []property{is("address", net), is("gateway", self), is("dns-server", self)}
	var all []part
	if h.Capport != "" {
		option := []property{is("code", "114"), is("value", "s'"+h.Capport+"'")}
		if s.Version == 7 {
			option = append(option, is("force", "yes"))
		}
		all = append(all, part{title: "DHCP option 114", menu: "/ip dhcp-server option", key: named("capport"), ours: true, values: option})
		network = append(network, isOwn("dhcp-option", "capport"))
	}
	all = append(all,
		part{title: "guest network", menu: "/ip address", key: comment("hotspot"), ours: true, values: []property{is("address", h.Address.String()),
			is("interface", h.Interface)}},
		part{title: "guest addresses", menu: "/ip pool", key: named("hs"), ours: true, values: []property{is("ranges", clients(h.Address))}},
		part{title: "DHCP server", menu: "/ip dhcp-server", key: named("hs"), ours: true, values: []property{is("interface", h.Interface),
			isOwn("address-pool", "hs"), is("lease-time", "1h"), is("disabled", "no")}},
		part{title: "DHCP network", menu: "/ip dhcp-server network", key: comment("hotspot"), ours: true, values: network},
		part{title: "address translation", menu: "/ip firewall nat", key: comment("hotspot"), ours: true, values: []property{is("chain", "srcnat"),
			is("action", "masquerade"), is("src-address", net)}},
		part{title: "resolver", menu: "/ip dns", values: []property{is("allow-remote-requests", "yes")}})
	for i := range all {
		if all[i].menu != "/ip dns" {
			all[i].guard = s.noNetwork()
		}
	}
	return all
}

func (s Setup) hotspotParts() []part {
	return append([]part{
		{title: "hotspot", menu: "/ip hotspot", key: named("hs"), ours: true, guard: noHotspot(), values: []property{
			is("interface", s.Hotspot.Interface), is("address-pool", "none"), is("addresses-per-mac", "2"), is("idle-timeout", "5m"), is("disabled", "no")}},
		{title: "what all hotspot users share", menu: "/ip hotspot user profile", key: is("name", "default"), values: []property{
			is("shared-users", "unlimited"), is("add-mac-cookie", "no"), is("idle-timeout", "none"), is("keepalive-timeout", "5m"),
			is("transparent-proxy", "no"), is("open-status-page", "http-login")}},
	}, resolverParts()...)
}

// resolverParts slow down a resolver that guests may ask before they are online, so that no tunnel through it is worth its while.
func resolverParts() []part {
	return []part{
		{title: "slow resolver before log-in", menu: "/ip firewall filter", key: comment("dns limit"), ours: true, values: []property{
			is("chain", "pre-hs-input"), is("action", "return"), is("hotspot", "!auth"), is("protocol", "udp"), is("dst-port", "64872"),
			hidden("dst-limit", "10,30,src-address/1m")}},
		{title: "no tunnel through the resolver", menu: "/ip firewall filter", key: comment("dns drop"), ours: true, values: []property{
			is("chain", "pre-hs-input"), is("action", "drop"), is("hotspot", "!auth"), is("protocol", "udp"), is("dst-port", "64872")}},
	}
}

// gardenParts open the portal, and nothing else, to guests who are not online: by name for plain HTTP, by address for TLS.
func (s Setup) gardenParts() []part {
	all := []part{{title: "portal by name", menu: "/ip hotspot walled-garden", key: comment("portal"), ours: true, values: []property{
		is("dst-host", s.portalHost()), is("action", "allow")}}}
	targets := []property{is("dst-host", s.portalHost())}
	if len(s.PortalAddresses) > 0 {
		targets = nil
		for _, a := range s.PortalAddresses {
			targets = append(targets, is("dst-address", a.String()))
		}
	}
	if s.Second.IsValid() { // open before the portal's name leads there
		targets = append(targets, is("dst-address", s.Second.String()))
	}
	for _, target := range targets {
		for _, port := range s.portalPorts() {
			all = append(all, part{title: "portal", menu: "/ip hotspot walled-garden ip", ours: true,
				key:    comment("portal " + target.value + " " + port),
				values: []property{target, is("protocol", "tcp"), is("dst-port", port), is("action", "accept")}})
		}
	}
	return all
}

func (s Setup) pppoeParts() []part {
	p := s.PPPoE
	none := guard{`[:len [/interface pppoe-server server find where service-name!="mtandao-pppoe" disabled=no]] = 0`, func(c Configuration) bool {
		return !slices.ContainsFunc(c.live("/interface/pppoe-server/server"), func(s map[string]string) bool { return s["service-name"] != own+"pppoe" })
	}}
	return append([]part{
		{title: "PPPoE addresses", menu: "/ip pool", key: named("ppp"), ours: true, guard: none, values: []property{is("ranges", clients(p.Pool))}},
		{title: "PPPoE profile", menu: "/ppp profile", key: named("pppoe"), ours: true, guard: none, values: []property{
			is("local-address", p.Pool.Masked().Addr().Next().String()), isOwn("remote-address", "ppp"), is("dns-server", p.DNS.String()),
			is("use-compression", "no"), is("use-mpls", "no")}},
		{title: "PPPoE server", menu: "/interface pppoe-server server", key: isOwn("service-name", "pppoe"), ours: true, guard: none, values: []property{
			is("interface", p.Interface), isOwn("default-profile", "pppoe"), is("authentication", "mschap2,chap,pap"),
			is("one-session-per-host", "yes"), is("keepalive-timeout", "30"), is("max-mtu", "1480"), is("max-mru", "1480"), is("disabled", "no")}},
		slow(property{name: "in-interface", value: "all-ppp"}, "from PPP"), slow(property{name: "out-interface", value: "all-ppp"}, "to PPP"),
	}, s.arrearsParts()...)
}

const fastTrack = `chain="forward" action="fasttrack-connection" dynamic=no`

// slow keeps connections off the fast track, which passes by the queues that limit speed.
func slow(which property, text string) part {
	return part{title: "FastTrack, " + text, menu: "/ip firewall filter", key: comment("not fast " + text), ours: true, before: fastTrack,
		guard:  guard{`[:len [/ip firewall filter find where ` + fastTrack + `]] > 0`, func(c Configuration) bool { return len(c.fastTracks()) > 0 }},
		values: []property{is("chain", "forward"), is("action", "accept"), is("connection-state", "established,related"), which}}
}
