package mikrotik

import (
	"strconv"
	"strings"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/vendors/mikrotik"

	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// mostKbps is what RouterOS v6 holds in its 32 bits of bit/s.
const mostKbps = 4_294_967

// Answer adds what an accepted session may do (reference/mikrotik.md §4.2). Limits are per session, so they are what
// remains now.
func (*Dialect) Answer(p *radius.Packet, a routers.Answer) error {
	if err := a.AddCommon(p); err != nil {
		return err
	}
	if err := a.AddAddress(p); err != nil {
		return err
	}
	if rate := rateLimit(a.Limits); rate != "" {
		if err := mikrotik.MikrotikRateLimit_AddString(p, rate); err != nil {
			return err
		}
	}
	if list := listOf(a); list != "" {
		if err := mikrotik.MikrotikAddressList_AddString(p, list); err != nil {
			return err
		}
	}
	devices := routers.Clamp(int64(max(a.Limits.Devices, 1)))
	if err := rfc2865.PortLimit_Add(p, rfc2865.PortLimit(devices)); err != nil {
		return err
	}
	if !a.Left.Capped {
		return nil
	}
	octets, gigawords := routers.Gigawords(a.Left.Bytes)
	if err := mikrotik.MikrotikTotalLimit_Add(p, mikrotik.MikrotikTotalLimit(octets)); err != nil {
		return err
	}
	return mikrotik.MikrotikTotalLimitGigawords_Add(p, mikrotik.MikrotikTotalLimitGigawords(gigawords))
}

// listOf is the list of the firewall that the address of a session is put on. No CoA may name one (reference/mikrotik.md §4.2): whoever
// comes off a list begins anew.
func listOf(a routers.Answer) string {
	if a.Garden {
		return arrearsList
	}
	return ""
}

// rateLimit writes Mikrotik-Rate-Limit (reference/mikrotik.md §4.3): upload before download, because the router speaks of
// what it receives. Empty means no limit at all, and no attribute; 0 in one direction means none in that one.
func rateLimit(l access.Limits) string {
	if l.UpKbps <= 0 && l.DownKbps <= 0 {
		return ""
	}
	text := rate(l.UpKbps) + "/" + rate(l.DownKbps)
	b := l.Burst
	up, down := burst(b.UpKbps, l.UpKbps), burst(b.DownKbps, l.DownKbps)
	if up == 0 && down == 0 {
		return text
	}
	over := strconv.FormatUint(uint64(max(routers.Seconds(b.Over), 1)), 10)
	return strings.Join([]string{
		text,
		rate(up) + "/" + rate(down),
		rate(threshold(b.UpThresholdKbps, l.UpKbps)) + "/" + rate(threshold(b.DownThresholdKbps, l.DownKbps)),
		over + "/" + over,
	}, " ")
}

// burst is no burst when it would not exceed the plain rate, or there is no plain rate to exceed.
func burst(kbps, plain int64) int64 {
	if plain <= 0 || kbps <= plain {
		return 0
	}
	return kbps
}

// threshold is the plain rate when none is given, as on the router.
func threshold(kbps, plain int64) int64 {
	if kbps <= 0 {
		return plain
	}
	return kbps
}

func rate(kbps int64) string {
	kbps = min(max(kbps, 0), mostKbps)
	if kbps > 0 && kbps%1000 == 0 {
		return strconv.FormatInt(kbps/1000, 10) + "M"
	}
	if kbps == 0 {
		return "0"
	}
	return strconv.FormatInt(kbps, 10) + "k"
}

// Identify names a session by its user name and its address, and the session id where it is known; one without an address of IPv4, which is
// no hotspot's, by name and session id. A user name alone may end the wireless registration of that MAC instead (reference/mikrotik.md §4.6).
func (*Dialect) Identify(p *radius.Packet, ref routers.SessionRef) error {
	if ref.UserName == "" || !ref.IP.Is4() && ref.SessionID == "" {
		return fault.New(fault.Invalid, "router.unnamed_session")
	}
	if ref.IP.Is4() {
		if err := rfc2865.FramedIPAddress_Add(p, ref.IP.AsSlice()); err != nil {
			return err
		}
	}
	if err := rfc2865.UserName_AddString(p, ref.UserName); err != nil {
		return err
	}
	if ref.SessionID == "" {
		return nil
	}
	return rfc2866.AcctSessionID_AddString(p, ref.SessionID)
}
