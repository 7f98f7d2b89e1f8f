package chilli

import (
	"context"
	"errors"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Dialect is CoovaChilli's.
type Dialect struct{ coa routers.CoA }

var _ routers.Dialect = (*Dialect)(nil)

// New makes the dialect; server-side log-ins go out through coa.
func New(coa routers.CoA) *Dialect { return &Dialect{coa: coa} }

// Abilities are CoovaChilli's: it has one speed, and bridges what it gives addresses to.
func Abilities(r routers.Router) access.Abilities {
	live := r.CoAAddress != "" || r.CoAInside().IsValid()
	return access.Abilities{Rate: true, Volume: true, Idle: true, Live: live, Ends: live, Addresses: true}
}

// Name is routers.Chilli.
func (*Dialect) Name() string { return routers.Chilli }

// Identify names a session by its exact User-Name, which CoovaChilli demands, and its session id.
func (*Dialect) Identify(p *radius.Packet, ref routers.SessionRef) error {
	if ref.UserName == "" {
		return fault.New(fault.Invalid, "router.unnamed_session")
	}
	if err := rfc2865.UserName_AddString(p, ref.UserName); err != nil {
		return err
	}
	if ref.SessionID == "" {
		return nil
	}
	return rfc2866.AcctSessionID_AddString(p, ref.SessionID)
}

// LogIn authorises a waiting client by CoA. Its session has a name only where the router tries a log-in by MAC first: the
// MAC in CoovaChilli's spelling, by which the accounting will know it too. No Access-Request follows, so the caller has
// admitted the client already and passes what it may do in login.Answer.
func (d *Dialect) LogIn(ctx context.Context, r routers.Router, login routers.Login) error {
	if d.coa == nil || r.CoAAddress == "" || !r.MACLogin || login.MAC == "" {
		return fault.New(fault.Invalid, "router.no_api")
	}
	p, err := d.authorise(r, login)
	if err != nil {
		return err
	}
	reply, err := d.coa.Send(ctx, r, p)
	switch {
	case isFault(err):
		return err
	case err != nil:
		return fault.Wrap(fault.Unavailable, "router.unreachable", err)
	case reply.Code != radius.CodeCoAACK: // the NAK carries no Error-Cause: it knows no such client
		return fault.New(fault.NotFound, "router.no_host")
	}
	return nil
}

func (d *Dialect) authorise(r routers.Router, login routers.Login) (*radius.Packet, error) {
	p := radius.New(radius.CodeCoARequest, []byte(r.Secret))
	if err := d.Identify(p, routers.SessionRef{UserName: login.MAC.Dashes()}); err != nil {
		return nil, err
	}
	if err := rfc2865.CallingStationID_AddString(p, login.MAC.Dashes()); err != nil {
		return nil, err
	}
	var all routers.Attributes
	all.AddVendorNumber(sessionState, stateAuthorized)
	if err := d.Answer(&all, &login.Answer); err != nil {
		return nil, err
	}
	return p, all.AddTo(p)
}

// Remove is not to be had: CoovaChilli has no API, sessions end by Disconnect-Request.
func (*Dialect) Remove(context.Context, routers.Router, routers.SessionRef) error {
	return fault.New(fault.Invalid, "router.no_api")
}

func isFault(err error) bool {
	var known *fault.Error
	return errors.As(err, &known)
}
