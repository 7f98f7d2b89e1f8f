package guest

import (
	"strings"

	"mtandao/portal/web"
	"mtandao/radius/access"
)

func (p *statusPage) setLeft(s situation) {
	if s.left.Timed {
		p.TimeLeft = web.Span(p.Lang, s.left.Time)
		p.Until = p.until(s)
	}
	if total := s.grant.Limits.DataBytes; s.left.Capped && total > 0 {
		p.DataLeft, p.DataOf = volume(s.left.Bytes), p.T("guest.data_of", "Total", volume(total))
		p.DataShare = s.left.Bytes * 100 / total
	}
	p.Endless = !s.left.Timed && !s.left.Capped
}

func (p *statusPage) until(s situation) string {
	switch {
	case s.grant.FirstUsedAt.IsZero() && s.grant.Limits.ValidUntil.IsZero():
		return p.T("guest.starts")
	case s.grant.Limits.TimeKind == access.Online && s.grant.Limits.Time > 0:
		return p.T("guest.counts_online")
	}
	return p.T("guest.until", "When", instant(p.Lang, s.now.Add(s.left.Time), s.now, s.loc))
}

func (p *statusPage) setDevices(s situation) {
	mine := s.v.device(s.order)
	for _, slot := range s.slots {
		if slot.MAC != "" {
			p.Devices = append(p.Devices, deviceRow{N: slot.N, MAC: slot.MAC.Colons(), This: slot.MAC == mine})
		}
	}
	all := s.grant.Limits.DeviceCount()
	p.DevicesLine = p.T("guest.devices", "Used", len(p.Devices), "All", all)
	p.DeviceAction = "/s/" + s.order.Token + "/devices"
	p.MayAdd = len(p.Devices) < all
}

// fillEnded says what was used, and offers the same again.
func (g *Guest) fillEnded(p *statusPage, s situation) {
	key := "guest.ended.title"
	switch s.cause {
	case access.CauseTimeUsed:
		key = "guest.ended.time"
	case access.CauseDataUsed:
		key = "guest.ended.data"
	}
	p.Headline, p.Used, p.Step = p.T(key), p.used(s.grant), 0
	if s.order.ID != 0 { // a voucher is bought where it was bought
		p.Again = s.v.again(s.order.Token)
	}
}

func (p *statusPage) used(grant access.Grant) string {
	var parts []string
	if grant.UsedTime > 0 {
		parts = append(parts, web.Span(p.Lang, grant.UsedTime))
	}
	if grant.UsedBytes > 0 {
		parts = append(parts, volume(grant.UsedBytes))
	}
	if len(parts) == 0 {
		return ""
	}
	what := strings.Join(parts, "")
	if len(parts) == 2 {
		what = p.T("guest.ended.and", "Time", parts[0], "Data", parts[1])
	}
	return p.T("guest.ended.used", "What", what)
}
