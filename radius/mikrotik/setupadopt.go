package mikrotik

import (
	"iter"
	"maps"
	"net/netip"
	"strings"
)

// profileValues is what every hotspot of the router must have in its server profile.
func (s Setup) profileValues() []property {
	loginBy := "http-pap"
	if s.CHAP {
		loginBy = "http-chap"
	}
	if s.MACLogin {
		loginBy = "mac," + loginBy
	}
	values := []property{{name: "login-by", value: loginBy, list: true}, is("use-radius", "yes"), is("radius-accounting", "yes"),
		is("radius-interim-update", "received"), is("nas-port-type", "wireless-802.11"), is("radius-mac-format", "XX:XX:XX:XX:XX:XX"),
		is("mac-auth-mode", "mac-as-username-and-password")}
	if s.Version == 6 {
		values = append(values, is("https-redirect", "no"))
	}
	return values
}

// folder is where our pages lie: boards with little flash keep files over a restart only under flash/.
const folder = `:local dir "mtandao"
:if ([:len [/file find where name="flash"]] > 0) do={:set dir "flash/mtandao"}
`

// makeFolder is for versions whose fetch does not make folders; before 7 there is no such command, nor is it needed twice.
const makeFolder = `:do {:local make [:parse ("/file add type=directory name=" . $dir)]; $make} on-error={}
`

// fetchPages brings the pages to the router, and stops the script when they do not arrive.
func (s Setup) fetchPages() string {
	check := ""
	if strings.HasPrefix(s.PagesURL, "https:") {
		check = " check-certificate=yes-without-crl"
		if s.Version == 6 || s.Unchecked {
			check = " check-certificate=no"
		}
	}
	text := "\n# Pages of the hotspot\n{\n" + folder + makeFolder
	for _, name := range pageNames {
		text += "/tool fetch url=" + quote(s.PagesURL+"/"+name) + " dst-path=($dir . " + quote("/"+name) + ")" + check + "\n"
	}
	return text + ":if ([:len [/file find where name=($dir . \"/login.html\")]] = 0) do={\n:put \"mtandao: the pages of the hotspot did not arrive.\"\n" +
		":error \"mtandao: stopped, nothing was changed\"\n}\n}\n"
}

// adoptHotspots gives every hotspot server, one that was there as well as our own, a profile of ours, made from the one
// that it had: its address and its name stay.
func (s Setup) adoptHotspots() string {
	guests := ""
	if s.Version == 7 {
		guests = sixth
	}
	var w strings.Builder
	w.WriteString("\n# Hotspots\n{\n" + folder + ":foreach hs in=[/ip hotspot find] do={\n" +
		":local was [/ip hotspot get $hs profile]\n:local mine $was\n" +
		":if (!($was ~ \"^mtandao-\")) do={\n:set mine (\"mtandao-\" . $was)\n" +
		":local key (\"mtandao-old hotspot \" . [:tostr $hs])\n" +
		"/system script remove [/system script find where name=$key]\n" +
		"/system script add name=$key source=$was comment=\"mtandao: remembered\"\n" +
		":if ([:len [/ip hotspot profile find where name=$mine]] = 0) do={/ip hotspot profile add copy-from=[:pick [/ip hotspot profile find where name=$was] 0] name=$mine}\n" +
		"/ip hotspot set $hs profile=$mine\n}\n" +
		"/ip hotspot profile set [/ip hotspot profile find where name=$mine] html-directory=$dir" +
		part{values: s.profileValues()}.assignments() + "\n" + s.ownProfile() + slowHotspot + guests + "}\n}\n")
	return w.String()
}

// ownProfile gives our own hotspot its address and name, which an adopted one has already.
func (s Setup) ownProfile() string {
	name := ""
	if s.Hotspot.DNSName != "" {
		name = " dns-name=" + quote(s.Hotspot.DNSName)
	}
	return ":if ([/ip hotspot get $hs name] = \"mtandao-hs\") do={\n" +
		":local here [/ip address get [:pick [/ip address find where interface=" + quote(s.Hotspot.Interface) + " disabled=no] 0] address]\n" +
		":set here [:pick $here 0 [:find $here \"/\"]]\n" +
		"/ip hotspot profile set [/ip hotspot profile find where name=$mine] hotspot-address=$here" + name + "\n}\n"
}

// slowHotspot keeps the guests of one hotspot off the fast track.
const slowHotspot = `:local port [/ip hotspot get $hs interface]
:local fast [/ip firewall filter find where ` + fastTrack + `]
:if ([:len $fast] > 0) do={
:local note ("mtandao: not fast from " . $port)
:if ([:len [/ip firewall filter find where comment=$note]] = 0) do={/ip firewall filter add chain=forward action=accept connection-state=established,related in-interface=$port place-before=[:pick $fast 0] comment=$note}
:set note ("mtandao: not fast to " . $port)
:if ([:len [/ip firewall filter find where comment=$note]] = 0) do={/ip firewall filter add chain=forward action=accept connection-state=established,related out-interface=$port place-before=[:pick $fast 0] comment=$note}
}
`

// sixth keeps IPv6, which no hotspot sees, from going round it. RouterOS 6 has it in a package that is off unless asked for.
const sixth = `:if ([:len [/ipv6 firewall filter find where comment="mtandao: guests" in-interface=$port]] = 0) do={
:local others [/ipv6 firewall filter find where chain="forward" dynamic=no]
:if ([:len $others] > 0) do={/ipv6 firewall filter add chain=forward action=drop in-interface=$port place-before=[:pick $others 0] comment="mtandao: guests"} else={/ipv6 firewall filter add chain=forward action=drop in-interface=$port comment="mtandao: guests"}
}
`

// adoptPPPoE does for PPPoE servers what adoptHotspots does for hotspots.
const adoptPPPoE = `
# PPPoE servers
:foreach it in=[/interface pppoe-server server find] do={
:local was [/interface pppoe-server server get $it default-profile]
:local mine $was
:if (!($was ~ "^mtandao-")) do={
:set mine ("mtandao-" . $was)
:local key ("mtandao-old pppoe " . [:tostr $it])
/system script remove [/system script find where name=$key]
/system script add name=$key source=$was comment="mtandao: remembered"
:if ([:len [/ppp profile find where name=$mine]] = 0) do={/ppp profile add copy-from=[:pick [/ppp profile find where name=$was] 0] name=$mine}
/interface pppoe-server server set $it default-profile=$mine
}
/ppp profile set [/ppp profile find where name=$mine] change-tcp-mss=yes use-encryption=no rate-limit=""
}
`

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// Undo is the script that takes everything of ours off a router of that version, and puts back what it had.
func Undo(version int) string {
	var w strings.Builder
	w.WriteString("# mtandao set-up, undone: what is ours goes, what was there before comes back.\n" + undoAdoption)
	some := netip.MustParsePrefix("10.0.0.1/24") // only menus and names count here
	full := Setup{Version: version, Hotspot: &Hotspot{Address: some, Capport: "-"}, PPPoE: &PPPoE{Pool: some}, Servers: make([]Server, 1)}
	if version == 7 {
		full.Tunnel = &WayHome{}
	}
	parts := full.parts()
	removed := map[string]bool{}
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if !p.ours {
			w.WriteString(p.undo())
		} else if line := p.removal(); !removed[line] {
			removed[line] = true
			w.WriteString(line)
		}
	}
	if version == 7 {
		w.WriteString("/ipv6 firewall filter remove [/ipv6 firewall filter find where comment~\"^mtandao: \"]\n")
	}
	w.WriteString("/ip hotspot profile remove [/ip hotspot profile find where name~\"^mtandao-\"]\n" +
		"/ppp profile remove [/ppp profile find where name~\"^mtandao-\"]\n" +
		":foreach it in=[/file find where name~\"^(flash/)?mtandao/\"] do={/file remove $it}\n" +
		"/file remove [/file find where name~\"^(flash/)?mtandao\\$\"]\n" +
		"/system script remove [/system script find where comment=\"mtandao: remembered\"]\n" +
		":put \"mtandao: undone.\"\n")
	return w.String()
}

// removal takes all of a menu's items that are ours, also those of another set-up than the last.
func (p part) removal() string {
	if p.noted {
		return ":foreach it in=[/system script find where name~\"^mtandao-old " + p.menu[1:] + " \"] do={\n:local made [/system script get $it source]\n" +
			p.menu + " remove [" + p.menu + " find where " + p.key.name + "=$made]\n}\n"
	}
	if p.key.name == "comment" {
		return p.menu + " remove [" + p.menu + " find where comment~\"^mtandao: \"]\n"
	}
	return p.menu + " remove [" + p.menu + " find where " + p.key.name + "=" + quote(p.key.value) + "]\n"
}

// undo puts a remembered setting back.
func (p part) undo() string {
	text, item := "{\n", ""
	if p.key.name != "" {
		text += ":local ids [" + p.menu + " find where " + p.key.name + "=" + quote(p.key.value) + "]\n"
		item = " $ids"
	}
	for _, v := range p.values {
		text += "{\n:local kept [/system script find where name=" + quote(p.memory(v)) + "]\n" +
			":if ([:len $kept] > 0) do={" + p.menu + " set" + item + " " + v.name + "=[:tostr [/system script get $kept source]]}\n}\n"
	}
	return p.maybe(text + "}\n")
}

// undoAdoption gives the servers their old profiles; one whose profile was deleted since gets the default one.
const undoAdoption = `
:foreach hs in=[/ip hotspot find] do={
:local kept [/system script find where name=("mtandao-old hotspot " . [:tostr $hs])]
:if ([:len $kept] > 0) do={:do {/ip hotspot set $hs profile=[/system script get $kept source]} on-error={/ip hotspot set $hs profile=default}}
}
:foreach it in=[/interface pppoe-server server find] do={
:local kept [/system script find where name=("mtandao-old pppoe " . [:tostr $it])]
:if ([:len $kept] > 0) do={:do {/interface pppoe-server server set $it default-profile=[/system script get $kept source]} on-error={/interface pppoe-server server set $it default-profile=default}}
}
:foreach it in=[/radius find] do={
:local kept [/system script find where name=("mtandao-old radius " . [:tostr $it])]
:if ([:len $kept] > 0) do={/radius set $it disabled=no}
}
`
