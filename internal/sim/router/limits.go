package router

import (
	"time"
)

// limits is what the RADIUS server told the router about one session; zero is no limit. Up is from the phone.
type limits struct {
	session, idle, interim time.Duration
	total, up, down        int64 // bytes since the session began
	rate                   rate
	ports                  int
	class                  [][]byte
	stand                  stand
}

// cap on byte limits: beyond a petabyte they are none, and the arithmetic of traffic stays within 64 bits.
const mostBytes = 1 << 50

// Attributes of vendors 14988 (MikroTik), 14559 (ChilliSpot) and 14122 (WISPr).
const (
	mikrotikRecvLimit, mikrotikRecvGigawords   = 1, 14
	mikrotikXmitLimit, mikrotikXmitGigawords   = 2, 15
	mikrotikTotalLimit, mikrotikTotalGigawords = 17, 18
	mikrotikRateLimit                          = 8
	mikrotikHostIP                             = 10

	chilliMaxInput, chilliMaxInputGigawords   = 1, 21
	chilliMaxOutput, chilliMaxOutputGigawords = 2, 22
	chilliMaxTotal, chilliMaxTotalGigawords   = 3, 23
	chilliBandwidthUp, chilliBandwidthDown    = 4, 5 // kbit/s
	chilliViewPoint                           = 10
	chilliSessionState                        = 15

	wisprLogoffURL                       = 3
	wisprBandwidthUp, wisprBandwidthDown = 7, 8 // bit/s
)

// Chilli's default for sessions without a usable Acct-Interim-Interval.
const chilliInterim = 300 * time.Second

// readLimits lays what p says over base.
func readLimits(dialect Dialect, p *packet, base limits) (limits, error) {
	readSeconds(p, attrSessionTimeout, &base.session)
	readSeconds(p, attrIdleTimeout, &base.idle)
	readSeconds(p, attrAcctInterimInterval, &base.interim)
	if n, ok := p.number(attrPortLimit); ok {
		base.ports = int(n)
	}
	if _, ok := p.get(attrClass); ok {
		base.class = classes(p)
	}
	readWISPr(p, &base)
	if dialect == Chilli {
		readChilli(p, &base)
		return base, nil
	}
	return base, readMikroTik(p, &base)
}

func classes(p *packet) (found [][]byte) {
	for _, a := range p.attributes {
		if a.kind == attrClass {
			found = append(found, a.value)
		}
	}
	return found
}

func readSeconds(p *packet, kind byte, into *time.Duration) {
	if n, ok := p.number(kind); ok {
		*into = time.Duration(n) * time.Second
	}
}

func readWISPr(p *packet, l *limits) {
	if n, ok := p.vendorNumber(vendorWISPr, wisprBandwidthUp); ok {
		l.rate.up = int64(n)
	}
	if n, ok := p.vendorNumber(vendorWISPr, wisprBandwidthDown); ok {
		l.rate.down = int64(n)
	}
}

func readChilli(p *packet, l *limits) {
	readBytes(p, vendorChilli, chilliMaxInput, chilliMaxInputGigawords, &l.up)
	readBytes(p, vendorChilli, chilliMaxOutput, chilliMaxOutputGigawords, &l.down)
	readBytes(p, vendorChilli, chilliMaxTotal, chilliMaxTotalGigawords, &l.total)
	if n, ok := p.vendorNumber(vendorChilli, chilliBandwidthUp); ok {
		l.rate.up = int64(n) * 1000
	}
	if n, ok := p.vendorNumber(vendorChilli, chilliBandwidthDown); ok {
		l.rate.down = int64(n) * 1000
	}
	if l.interim < time.Minute {
		l.interim = chilliInterim
	}
}

func readMikroTik(p *packet, l *limits) error {
	readBytes(p, vendorMikroTik, mikrotikRecvLimit, mikrotikRecvGigawords, &l.up)
	readBytes(p, vendorMikroTik, mikrotikXmitLimit, mikrotikXmitGigawords, &l.down)
	readBytes(p, vendorMikroTik, mikrotikTotalLimit, mikrotikTotalGigawords, &l.total)
	text, ok := p.vendor(vendorMikroTik, mikrotikRateLimit)
	if !ok {
		return nil
	}
	r, err := parseRate(string(text))
	l.rate = r
	return err
}

// readBytes joins a limit and its gigawords; both zero is no limit.
func readBytes(p *packet, vendor uint32, low, high byte, into *int64) {
	octets, okLow := p.vendorNumber(vendor, low)
	gigawords, okHigh := p.vendorNumber(vendor, high)
	if !okLow && !okHigh {
		return
	}
	*into = int64(uint64(gigawords)<<32 | uint64(octets))
	if *into < 0 || *into > mostBytes {
		*into = 0
	}
}
