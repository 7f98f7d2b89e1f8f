package chilli

import (
	"math"

	"layeh.com/radius"
	"layeh.com/radius/vendors/wispr"

	"mtandao/radius/routers"
)

// Answer adds what a session may do, and serves for CoA too: it is always the complete set. CoovaChilli's own bandwidth
// is in kbit/s, WISPr's in bit/s; descendants know one or the other.
func (*Dialect) Answer(p *radius.Packet, a routers.Answer) error {
	if err := a.AddCommon(p); err != nil {
		return err
	}
	if err := a.AddAddress(p); err != nil {
		return err
	}
	if err := addRates(p, a.Limits.UpKbps, a.Limits.DownKbps); err != nil {
		return err
	}
	if !a.Left.Capped {
		return nil
	}
	octets, gigawords := routers.Gigawords(a.Left.Bytes)
	if err := addInteger(p, maxTotalOctets, octets); err != nil {
		return err
	}
	return addInteger(p, maxTotalGigawords, gigawords)
}

func addRates(p *radius.Packet, up, down int64) error {
	if up > 0 {
		if err := addInteger(p, bandwidthMaxUp, routers.Clamp(up)); err != nil {
			return err
		}
		if err := wispr.WISPrBandwidthMaxUp_Add(p, wispr.WISPrBandwidthMaxUp(bitsPerSecond(up))); err != nil {
			return err
		}
	}
	if down <= 0 {
		return nil
	}
	if err := addInteger(p, bandwidthMaxDown, routers.Clamp(down)); err != nil {
		return err
	}
	return wispr.WISPrBandwidthMaxDown_Add(p, wispr.WISPrBandwidthMaxDown(bitsPerSecond(down)))
}

func bitsPerSecond(kbps int64) uint32 { return uint32(min(kbps, math.MaxUint32/1000)) * 1000 }
