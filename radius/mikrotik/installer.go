package mikrotik

import (
	"encoding/json"
	"net/netip"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Tunnels prepares a router's way home, with keys that no script before it had.
type Tunnels interface {
	Fresh(tx *db.Tx, routerID int64) (*WayHome, error)
}

// Choices are what a person chooses for one router; a link keeps them.
type Choices struct {
	Version   int // RouterOS major version
	Unchecked bool
	Hotspot   *Hotspot
	PPPoE     *PPPoE
}

// Installer writes the set-up of a router from its record, the choices for it, and what all routers share.
type Installer struct {
	Servers, Inside []Server                      // RADIUS as routers reach it outside the tunnel, and in it
	From, Within    netip.Prefix                  // where we call routers from, outside the tunnel and in it
	Portal, Pages   func(r routers.Router) string // addresses, as Setup has them
	PortalAddresses []netip.Addr
	Zone, NTP       string  // empty: the usual
	Tunnels         Tunnels // nil: routers are reached without
}

var _ routers.ScriptWriter = Installer{}

// Encode is the choices as a link keeps them.
func (c Choices) Encode() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers, strings and addresses: there is nothing in it that can fail
	}
	return string(text)
}

// WriteScript writes the script for a link that was redeemed.
func (i Installer) WriteScript(tx *db.Tx, r routers.Router, choices string) (string, error) {
	s, err := i.Setup(r, choices, nil)
	if err != nil {
		return "", err
	}
	if i.Tunnels != nil && s.Version == 7 {
		tunnel, err := i.Tunnels.Fresh(tx, r.ID)
		if err != nil {
			return "", err
		}
		if s, err = i.Setup(r, choices, tunnel); err != nil {
			return "", err
		}
	}
	return s.Script()
}

// Setup is what a router with these choices should be like: what Drift compares it with. Without a tunnel, nil.
func (i Installer) Setup(r routers.Router, choices string, tunnel *WayHome) (Setup, error) {
	if r.Dialect != routers.MikroTik {
		return Setup{}, fault.New(fault.Invalid, "router.dialect")
	}
	var c Choices
	if err := json.Unmarshal([]byte(choices), &c); err != nil {
		return Setup{}, fault.Wrap(fault.Invalid, "setup.nothing", err)
	}
	s := Setup{Version: c.Version, Portal: i.Portal(r), PagesURL: i.Pages(r), PortalAddresses: i.PortalAddresses, Servers: i.Servers,
		Secret: r.Secret, CHAP: r.CHAP, MACLogin: r.MACLogin, Hotspot: c.Hotspot, PPPoE: c.PPPoE, Zone: i.Zone, NTP: i.NTP,
		API: API{r.APIUser, r.APIPassword, i.From}, Unchecked: c.Unchecked, Tunnel: tunnel}
	if tunnel != nil {
		s.Servers, s.API.From = i.Inside, i.Within
	}
	return s, nil
}

// Page is a file of the hotspot of that router, or the script that undoes its set-up.
func (i Installer) Page(r routers.Router, name string) (string, bool) {
	for _, version := range []int{6, 7} {
		if name == UndoName(version) {
			return Undo(version), true
		}
	}
	text, ok := Setup{Portal: i.Portal(r)}.Pages()[name]
	return text, ok
}
