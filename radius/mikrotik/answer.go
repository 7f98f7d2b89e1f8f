package mikrotik

import (
	"strconv"

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

// The vendor's attributes that we send. An address list, of the firewall, is for a session that begins: no CoA may name one
// (reference/mikrotik.md §4.2), so whoever comes off a list begins anew.
var (
	addressListType    = routers.VendorTypeOf(func(p *radius.Packet) error { return mikrotik.MikrotikAddressList_AddString(p, "") })
	rateLimitType      = routers.VendorTypeOf(func(p *radius.Packet) error { return mikrotik.MikrotikRateLimit_AddString(p, "") })
	totalLimitType     = routers.VendorTypeOf(func(p *radius.Packet) error { return mikrotik.MikrotikTotalLimit_Add(p, 0) })
	totalGigawordsType = routers.VendorTypeOf(func(p *radius.Packet) error { return mikrotik.MikrotikTotalLimitGigawords_Add(p, 0) })
)

// Answer adds what an accepted session may do (reference/mikrotik.md §4.2). Limits are per session, so they are what
// remains now.
func (*Dialect) Answer(to *routers.Attributes, a *routers.Answer) error {
	if err := a.AddCommon(to); err != nil {
		return err
	}
	if err := a.AddAddress(to); err != nil {
		return err
	}
	var usual [64]byte
	if rate := appendRateLimit(usual[:0], &a.Limits); len(rate) > 0 {
		to.AddVendor(rateLimitType, rate)
	}
	list := a.Address.List
	if a.Garden {
		list = arrearsList
	}
	if list != "" {
		to.AddVendorText(addressListType, list)
	}
	to.AddNumber(rfc2865.PortLimit_Type, routers.Clamp(int64(max(a.Limits.Devices, 1))))
	if a.Left.Capped {
		octets, gigawords := routers.Gigawords(a.Left.Bytes)
		to.AddVendorNumber(totalLimitType, octets)
		to.AddVendorNumber(totalGigawordsType, gigawords)
	}
	return to.Err()
}

// appendRateLimit writes Mikrotik-Rate-Limit (reference/mikrotik.md §4.3): upload before download, because the router speaks of
// what it receives. Nothing means no limit at all, and no attribute; 0 in one direction means none in that one.
func appendRateLimit(b []byte, l *access.Limits) []byte {
	if l.UpKbps <= 0 && l.DownKbps <= 0 {
		return b
	}
	b = appendRates(b, l.UpKbps, l.DownKbps)
	up, down := burst(l.Burst.UpKbps, l.UpKbps), burst(l.Burst.DownKbps, l.DownKbps)
	if up == 0 && down == 0 {
		return b
	}
	b = appendRates(append(b, ' '), up, down)
	b = appendRates(append(b, ' '), threshold(l.Burst.UpThresholdKbps, l.UpKbps), threshold(l.Burst.DownThresholdKbps, l.DownKbps))
	over := uint64(max(routers.Seconds(l.Burst.Over), 1))
	return strconv.AppendUint(append(strconv.AppendUint(append(b, ' '), over, 10), '/'), over, 10)
}

func appendRates(b []byte, up, down int64) []byte {
	return appendRate(append(appendRate(b, up), '/'), down)
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

func appendRate(b []byte, kbps int64) []byte {
	kbps = min(max(kbps, 0), mostKbps)
	switch {
	case kbps == 0:
		return append(b, '0')
	case kbps%1000 == 0:
		return append(strconv.AppendInt(b, kbps/1000, 10), 'M')
	}
	return append(strconv.AppendInt(b, kbps, 10), 'k')
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
