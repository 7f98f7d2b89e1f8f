package mikrotik

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// probes are the hosts that devices ask whether they are online (reference/captive-portal.md §2): with one of them let
// through, a phone believes that it is, and shows no portal.
var probes = strings.Fields(`captive.apple.com www.apple.com www.appleiphonecell.com www.airport.us www.ibook.info www.itools.info www.thinkdifferent.us
connectivitycheck.gstatic.com www.gstatic.com www.google.com play.googleapis.com clients3.google.com connectivitycheck.android.com d2uzsrnmmf6tds.cloudfront.net
connectivitycheck.platform.hicloud.com connect.rom.miui.com www.msftconnecttest.com ipv6.msftconnecttest.com www.msftncsi.com edge-http.microsoft.com
detectportal.firefox.com spectrum.s3.amazonaws.com connectivity-check.ubuntu.com fedoraproject.org`)

// shared are domains on which anybody can have a server: let one through, and a tunnel goes with it.
var shared = strings.Fields(`google.com googleapis.com gstatic.com apple.com icloud.com facebook.com fbcdn.net whatsapp.net cloudfront.net amazonaws.com
akamaized.net akamai.net cloudflare.com workers.dev fastly.net azureedge.net windows.net vercel.app netlify.app github.io`)

// suffixes under which names are sold in Kenya and around it; a wildcard right under one is no company's.
var suffixes = strings.Fields("co.ke or.ke ac.ke go.ke ne.ke me.ke info.ke co.tz co.ug co.rw com.et co.uk")

func wideGarden(c Configuration) (found []Finding) {
	for _, e := range c.live("/ip/hotspot/walled-garden") {
		if e["action"] != "deny" && wideHost(e["dst-host"]) {
			found = append(found, disable("/ip/hotspot/walled-garden", e, "dst-host", "path"))
		}
	}
	for _, e := range c.openings() {
		dns := hasPort(e["dst-port"], 53) && e["dst-port"] != ""
		if e["protocol"] != "icmp" && !dns && (e["dst-host"] == "" && wideAddress(e["dst-address"]) || e["dst-host"] != "" && wideHost(e["dst-host"])) {
			found = append(found, disable("/ip/hotspot/walled-garden/ip", e, "dst-host", "dst-address", "dst-port"))
		}
	}
	return found
}

// wideHost: everything, a regular expression, a wildcard over a whole suffix, or a domain where anybody may have a server.
func wideHost(pattern string) bool {
	pattern = strings.ToLower(pattern)
	if strings.Trim(pattern, "*.") == "" || strings.HasPrefix(pattern, ":") {
		return true
	}
	for _, domain := range shared {
		if pattern != domain && matchesHost(pattern, "a."+domain) && matchesHost(pattern, "b."+domain) {
			return true
		}
	}
	under, wild := strings.CutPrefix(strings.ReplaceAll(pattern, "?", "*"), "*")
	under = strings.Trim(under, ".*")
	if !wild {
		return strings.HasSuffix(pattern, "*") && strings.Count(strings.Trim(pattern, "*."), ".") < 2
	}
	for _, suffix := range suffixes {
		if under == suffix {
			return true
		}
	}
	return !strings.Contains(under, ".")
}

// wideAddress: none at all, or more than 256.
func wideAddress(address string) bool {
	if address == "" || strings.HasPrefix(address, "!") {
		return true
	}
	if first, last, isRange := strings.Cut(address, "-"); isRange {
		a, e1 := netip.ParseAddr(first)
		b, e2 := netip.ParseAddr(last)
		return e1 != nil || e2 != nil || !netip.PrefixFrom(a, 24).Masked().Contains(b)
	}
	p, err := netip.ParsePrefix(address)
	return err == nil && p.Bits() < 24
}

func probeHosts(c Configuration) (found []Finding) {
	for _, menu := range []string{"/ip/hotspot/walled-garden", "/ip/hotspot/walled-garden/ip"} {
		for _, e := range c.live(menu) {
			if e["action"] == "deny" || e["action"] == "drop" || e["action"] == "reject" || e["dst-host"] == "" || strings.Trim(e["dst-host"], "*.") == "" {
				continue
			}
			for _, host := range probes {
				if matchesHost(e["dst-host"], host) {
					found = append(found, disable(menu, e, "dst-host"))
					break
				}
			}
		}
	}
	return found
}

// matchesHost is RouterOS's dst-host: the whole name, with * and ?, or a regular expression after a colon.
func matchesHost(pattern, host string) bool {
	expression, isExpression := strings.CutPrefix(pattern, ":")
	if !isExpression {
		expression = "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$"
	}
	matcher, err := regexp.Compile("(?i)" + expression)
	return err != nil || matcher.MatchString(host) // what cannot be read may match anything
}

// hasPort says whether a list of ports and ranges holds one.
func hasPort(list string, port int) bool {
	for one := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(one, "-")
		from, e1 := strconv.Atoi(first)
		to := from
		if isRange {
			to, _ = strconv.Atoi(last)
		}
		if e1 == nil && from <= port && port <= to {
			return true
		}
	}
	return false
}
