package radius

import (
	"context"
	"net"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"
	"layeh.com/radius/vendors/microsoft"
	vendor "layeh.com/radius/vendors/mikrotik"

	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// What a session in the walled garden may do: enough for the pages where it is paid. Its end is short, for where no order of ours arrives
// the router asks again.
const (
	gardenKbps    = 256
	gardenSession = 10 * time.Minute
	inGarden      = -3 // as ToldBytes: what the session carries counts on no cap
)

var toldGarden = Told{gardenKbps, gardenKbps, inGarden}

// Garden says that the session gets no further than the walled garden.
func (t Told) Garden() bool { return t.ToldBytes == inGarden }

// hasGarden says that a router can keep this caller in a walled garden. A hotspot needs none: whoever it refuses stays before its
// portal, as on CoovaChilli.
func hasGarden(r *routers.Router, request *codec.Packet) bool {
	return r.Dialect == routers.MikroTik && !isHotspot(request)
}

// isHotspot: RouterOS's hotspot alone tells the address that a client had before it was translated.
func isHotspot(request *codec.Packet) bool {
	return len(vendorValue(request, hostIPType)) == net.IPv4len
}

var hostIPType = routers.VendorTypeOf(func(p *codec.Packet) error { return vendor.MikrotikHostIP_Add(p, net.IPv4zero) })

// isLease says that RouterOS's DHCP server asks for a client: by the MAC that it saw itself, with no password. The caller's own number is
// whatever the client says of itself.
func isLease(r *routers.Router, request *codec.Packet) bool {
	if r.Dialect != routers.MikroTik || isHotspot(request) || rfc2865.NASPortType_Get(request) != rfc2865.NASPortType_Value_Ethernet {
		return false
	}
	for _, other := range []codec.Type{rfc2865.CHAPPassword_Type, rfc2865.FramedProtocol_Type, rfc2869.EAPMessage_Type} {
		if _, has := request.Lookup(other); has {
			return false
		}
	}
	if _, err := microsoft.MSCHAP2Response_Lookup(request); err == nil {
		return false
	}
	password, _ := request.Lookup(rfc2865.UserPassword_Type)
	clear, err := clearPassword(nil, password, request.Secret, request.Authenticator)
	return len(password) == 0 || err == nil && len(clear) == 0
}

// deviceOf is the device of a session: the caller, or for a lease, whose caller is what the client says of itself, the name.
func deviceOf(p *codec.Packet) access.MAC {
	mac, err := access.ParseMAC(text(p, rfc2865.CallingStationID_Type))
	if err != nil && !isHotspot(p) {
		mac, _ = access.ParseMAC(text(p, rfc2865.UserName_Type))
	}
	return mac
}

// allowGarden tells what a session in the walled garden may do. It has no IPv6: a list of addresses holds IPv4 only.
func (a *authenticator) allowGarden(ctx context.Context, to *routers.Answer, r *routers.Router, admission *access.Admission, mac access.MAC) (full bool) {
	g := &admission.Grant
	at, full := a.address(ctx, g, mac)
	class := classOf(to.Class[:0], a.keys, authorisation{GrantID: g.ID, LoginID: admission.LoginID, Told: toldGarden})
	*to = routers.Answer{Garden: true, Limits: access.Limits{UpKbps: gardenKbps, DownKbps: gardenKbps, Devices: g.Limits.DeviceCount()},
		SessionTimeout: gardenSession, Interim: r.Interim, Address: access.Address{Pool: at.Pool, IPv4: at.IPv4, Routes: at.Routes}, Class: class}
	return full
}

// standing has the sessions of a grant that is in arrears, or back from them, be what it may now: nobody's limits take a session out of
// the garden or into it, so it ends, and comes back as what it is. Whose router knows its place is logged in at once.
func (s *Service) standing(ctx context.Context, j jobs.Job, fact access.Fact) error {
	g, _, _, err := s.access.View(ctx, fact.GrantID)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		open, err := openOfGrant(tx, g.ID, "")
		if err != nil {
			return err
		}
		for _, session := range open {
			if err := s.wantAsItMay(tx, j, fact, g, session); err != nil {
				return err
			}
		}
		if err := lookAgain(tx, []int64{g.ID}, s.clock.Now()); err != nil {
			return err
		}
		if access.Cause(fact.Cause) != access.CauseRestored || fact.RouterID == 0 || fact.MAC == "" {
			return nil
		}
		return s.want(tx, Enforcement{Source: sourceOf(j, 0), Wanted: WantLogIn, RouterID: fact.RouterID, GrantID: g.ID, MAC: access.MAC(fact.MAC),
			IP: fact.IP, Cause: fact.Cause})
	})
}

func (s *Service) wantAsItMay(tx *db.Tx, j jobs.Job, fact access.Fact, g access.Grant, session Online) error {
	cause, _ := access.Decide(g, s.clock.Now(), s.zoneOf(&g, session.SiteID))
	if why := s.fate(g, cause, session); why != access.CauseOK {
		return s.wantDisconnect(tx, sourceOf(j, session.ID), session, why)
	}
	if session.Garden() {
		return nil
	}
	e := aboutSession(session)
	e.Source, e.Wanted, e.Cause = sourceOf(j, session.ID), WantChange, causeOfChange(j, fact)
	return s.want(tx, e)
}

// fate is why a session ends now, whose grant was decided on with that cause; OK when it goes on. In the garden it goes on while its grant
// belongs there.
func (s *Service) fate(g access.Grant, cause access.Cause, session Online) access.Cause {
	switch {
	case !session.Garden():
		return cause
	case cause == access.CauseOK:
		return access.CauseRestored
	case g.Gardened(s.clock.Now()):
		return access.CauseOK
	}
	return cause
}
