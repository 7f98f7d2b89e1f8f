package chilli

import (
	"math"

	"layeh.com/radius"
	"layeh.com/radius/vendors/wispr"

	"mtandao/radius/routers"
)

// WISPr's, for the descendants.
var (
	wisprMaxUp   = routers.VendorTypeOf(func(p *radius.Packet) error { return wispr.WISPrBandwidthMaxUp_Add(p, 0) })
	wisprMaxDown = routers.VendorTypeOf(func(p *radius.Packet) error { return wispr.WISPrBandwidthMaxDown_Add(p, 0) })
)

// Answer adds what a session may do, and serves for CoA too: it is always the complete set. CoovaChilli's own bandwidth
// is in kbit/s, WISPr's in bit/s; descendants know one or the other.
func (*Dialect) Answer(to *routers.Attributes, a *routers.Answer) error {
	if err := a.AddCommon(to); err != nil {
		return err
	}
	if err := a.AddAddress(to); err != nil {
		return err
	}
	if up := a.Limits.UpKbps; up > 0 {
		to.AddVendorNumber(bandwidthMaxUp, routers.Clamp(up))
		to.AddVendorNumber(wisprMaxUp, bitsPerSecond(up))
	}
	if down := a.Limits.DownKbps; down > 0 {
		to.AddVendorNumber(bandwidthMaxDown, routers.Clamp(down))
		to.AddVendorNumber(wisprMaxDown, bitsPerSecond(down))
	}
	if a.Left.Capped {
		octets, gigawords := routers.Gigawords(a.Left.Bytes)
		to.AddVendorNumber(maxTotalOctets, octets)
		to.AddVendorNumber(maxTotalGigawords, gigawords)
	}
	return to.Err()
}

func bitsPerSecond(kbps int64) uint32 { return uint32(min(kbps, math.MaxUint32/1000)) * 1000 }
