package mikrotik

import (
	"fmt"
	"slices"
	"strings"
)

// Script is what sets the router up. It says first what stands in the way, can be run again, and is undone by Undo. Values
// of the set-up enter it quoted; each { } stands alone, as /import wants.
func (s Setup) Script() (string, error) {
	s = s.withDefaults()
	if err := s.Validate(); err != nil {
		return "", err
	}
	var w strings.Builder
	w.WriteString("# mtandao set-up, RouterOS " + number(s.Version, 0) + ". Running it again is harmless.\n")
	w.WriteString(s.checks())
	if s.Hotspot != nil { // first: without its pages a hotspot would only lock guests out
		w.WriteString(s.fetchPages())
	}
	for _, p := range s.parts() {
		w.WriteString(p.script())
	}
	w.WriteString(s.leftovers())
	w.WriteString(othersRadius)
	if s.Hotspot != nil {
		w.WriteString(s.adoptHotspots())
	}
	if s.PPPoE != nil {
		w.WriteString(adoptPPPoE)
	}
	w.WriteString(s.notes())
	w.WriteString(":put \"mtandao: the set-up is complete.\"\n")
	return w.String(), nil
}

// DeviceModeLine is what a person types at the router, and then presses its button, before a router of 7.17 or later with
// factory settings may run a hotspot or fetch a script.
const DeviceModeLine = "/system device-mode update hotspot=yes fetch=yes scheduler=yes"

// checkDeviceMode stops where device-mode forbids a feature that the set-up needs.
func checkDeviceMode(feature, plain string) string {
	return `
# Device-mode: what the factory forbids, only a hand at the router allows
{
:local mode "absent"
:do {:local ask [:parse ":return [/system device-mode get ` + feature + `]"]; :set mode [:tostr [$ask]]} on-error={}
:if ($mode = "false" || $mode = "no") do={
:put "mtandao: this router's device-mode forbids ` + plain + `. Type"
:put "   ` + DeviceModeLine + `"
:put "then press the reset or mode button once, or cut the power, within five minutes. Paste the line again after the restart."
:error "mtandao: stopped, nothing was changed"
}
}
`
}

const checkLicence = `
# Licence: level 3 lets one guest in at a time, level 4 two hundred, level 5 five hundred
{
:local level 6
:do {:local ask [:parse ":return [/system license get nlevel]"]; :set level [:tonum [$ask]]} on-error={}
:if ([:typeof $level] = "num") do={
:if ($level < 4) do={
:put "mtandao: the RouterOS licence of this router is below level 4 and lets one guest online at a time. Buy level 4 or higher"
:put "and enter it under System, License. Paste the line again after the restart."
:error "mtandao: stopped, nothing was changed"
}
:if ($level = 4) do={:put "mtandao: note: licence level 4 lets 200 guests and 200 PPPoE homes online at once."}
:if ($level = 5) do={:put "mtandao: note: licence level 5 lets 500 guests and 500 PPPoE homes online at once."}
}
}
`

// checks stop the script before it changes anything.
func (s Setup) checks() string {
	text := checkLicence
	if s.Version == 7 {
		text = checkDeviceMode("hotspot", "a hotspot") + text
		if s.Tunnel != nil {
			text = checkDeviceMode("scheduler", "schedulers") + text
		}
	}
	wanted := map[string]string{}
	if s.Hotspot != nil {
		wanted[s.Hotspot.Interface] = noHotspot().script
	}
	if s.PPPoE != nil {
		wanted[s.PPPoE.Interface] = `[:len [/interface pppoe-server server find where disabled=no]] = 0`
	}
	for _, name := range slices.Sorted(mapKeys(wanted)) {
		text += "\n{\n:if (" + wanted[name] + " && [:len [/interface bridge port find where interface=" + quote(name) + "]] > 0) do={\n:put " +
			quote("mtandao: "+name+" is a port of a bridge. Choose the bridge, or take the port out of it.") +
			"\n:error \"mtandao: stopped, nothing was changed\"\n}\n:if (" + wanted[name] + " && [:len [/interface find where name=" + quote(name) + "]] = 0) do={\n:put " + quote("mtandao: this router has no interface "+name+".") +
			"\n:error \"mtandao: stopped, nothing was changed\"\n}\n}\n"
	}
	return text
}

// script makes or corrects the part.
func (p part) script() string {
	var w strings.Builder
	fmt.Fprintf(&w, "\n# %s\n{\n", p.title)
	if p.guard.script != "" {
		fmt.Fprintf(&w, ":if (%s) do={\n", p.guard.script)
	}
	if p.ours {
		p.writeOwn(&w)
	} else {
		p.writeSetting(&w)
	}
	if p.guard.script != "" {
		w.WriteString("}\n")
	}
	w.WriteString("}\n")
	return p.maybe(w.String())
}

// maybe hides an optional part from the router's parser, which would refuse the whole script for one unknown property.
func (p part) maybe(script string) string {
	if !p.option {
		return script
	}
	return ":do {\n:local run [:parse " + quote(script) + "]\n$run\n} on-error={:put " + quote("mtandao: note: not set on this router: "+p.title) + "}\n"
}

func (p part) writeOwn(w *strings.Builder) {
	fmt.Fprintf(w, ":local ids [%s find where %s=%s]\n", p.menu, p.key.name, quote(p.key.value))
	add := p.menu + " add " + p.key.name + "=" + quote(p.key.value) + p.assignments()
	w.WriteString(":if ([:len $ids] = 0) do={\n")
	if p.noted {
		w.WriteString("/system script add name=" + quote(p.memory(p.key)) + " source=" + quote(p.key.value) + " comment=\"mtandao: remembered\"\n")
	}
	if p.before == "" {
		w.WriteString(add + "\n")
	} else { // found first: a place before nothing is no place
		fmt.Fprintf(w, ":local others [%s find where %s]\n", p.menu, p.before)
		fmt.Fprintf(w, ":if ([:len $others] > 0) do={%s place-before=[:pick $others 0]} else={%s}\n", add, add)
	}
	if p.noted {
		w.WriteString("}\n")
		return
	}
	fmt.Fprintf(w, "} else={%s set $ids%s}\n", p.menu, p.assignments())
}

func (p part) assignments() string {
	text := ""
	for _, v := range p.values {
		value := quote(v.value)
		if v.expression {
			value = v.value
		}
		text += " " + v.name + "=" + value
	}
	return text
}

// writeSetting remembers what was set, once, and sets it.
func (p part) writeSetting(w *strings.Builder) {
	item := ""
	if p.key.name != "" {
		fmt.Fprintf(w, ":local ids [%s find where %s=%s]\n", p.menu, p.key.name, quote(p.key.value))
		item = " $ids"
	}
	for _, v := range p.values {
		get := "[" + p.menu + " get" + item + " " + v.name + "]"
		fmt.Fprintf(w, "{\n:local key %s\n:if ([:len [/system script find where name=$key]] = 0) do={\n", quote(p.memory(v)))
		if v.list {
			w.WriteString(":local old \"\"\n:foreach one in=" + get + " do={:if ([:len $old] > 0) do={:set old ($old . \",\")}; :set old ($old . $one)}\n")
		} else {
			w.WriteString(":local old [:tostr " + get + "]\n")
		}
		w.WriteString("/system script add name=$key source=$old comment=\"mtandao: remembered\"\n}\n}\n")
	}
	fmt.Fprintf(w, "%s set%s%s\n", p.menu, item, p.assignments())
}

// memory is the name of the entry under /system script that holds what a setting was.
func (p part) memory(v property) string {
	return strings.Join(strings.Fields(own+"old "+p.menu[1:]+" "+p.key.value+" "+v.name), " ")
}

// leftovers removes what an earlier set-up of ours wanted and this one does not: a RADIUS server that moved, a portal's old address.
func (s Setup) leftovers() string {
	kept := map[string]string{}
	for _, menu := range []string{"/radius", "/ip hotspot walled-garden", "/ip hotspot walled-garden ip", "/ip firewall filter", "/ip firewall nat", "/ip firewall address-list"} {
		kept[menu] = ""
	}
	for _, p := range s.parts() {
		if _, watched := kept[p.menu]; watched {
			kept[p.menu] += " comment!=" + quote(p.key.value)
		}
	}
	kept["/ip firewall filter"] += ` !(comment~"^mtandao: not fast ")`
	text := "\n# What an earlier set-up left\n"
	for _, menu := range slices.Sorted(mapKeys(kept)) {
		text += fmt.Sprintf("%s remove [%s find where comment~\"^mtandao: \"%s]\n", menu, menu, kept[menu])
	}
	return text
}

// othersRadius switches off other programs' RADIUS servers, which would be asked before ours.
const othersRadius = `
# RADIUS servers of others
:foreach it in=[/radius find where disabled=no !(comment~"^mtandao: ") service~"hotspot|ppp"] do={
:local key ("mtandao-old radius " . [:tostr $it])
:if ([:len [/system script find where name=$key]] = 0) do={/system script add name=$key source="no" comment="mtandao: remembered"}
/radius set $it disabled=yes
}
`

func (s Setup) notes() string {
	if s.Version != 6 {
		return ""
	}
	return `
# RouterOS 6 has no WireGuard. Behind a provider's NAT such a router calls home by SSTP, which passes most firewalls:
#   /interface sstp-client add name=mtandao-home connect-to=HOST:443 user=NAME password=SECRET verify-server-certificate=yes disabled=no
# or by L2TP with IPsec:
#   /interface l2tp-client add name=mtandao-home connect-to=HOST user=NAME password=SECRET use-ipsec=yes ipsec-secret=SECRET disabled=no
:put "mtandao: RouterOS 6 has no WireGuard. Behind NAT, join this router to the server by SSTP or L2TP; better, upgrade to RouterOS 7."
`
}
