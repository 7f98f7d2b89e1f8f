package guest

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

const captivePurpose = "captive api"

// CaptiveAddress is the RFC 8908 address of one device at a site. It names the device, for a whole site may reach us
// from one address: whoever hands it out must be able to tell clients apart.
func (g *Guest) CaptiveAddress(slug string, mac access.MAC) string {
	return g.PublicURL + "/h/" + slug + "/captive.json?d=" + string(mac) + "&k=" + hex.EncodeToString(g.Keys.Sign(captivePurpose, captiveMessage(slug, mac)))
}

func captiveMessage(slug string, mac access.MAC) []byte { return []byte(slug + " " + string(mac)) }

// captiveState is the object of RFC 8908 §5.
type captiveState struct {
	Captive bool   `json:"captive"`
	Portal  string `json:"user-portal-url"`
	Extend  bool   `json:"can-extend-session"`
	Seconds *int64 `json:"seconds-remaining,omitempty"`
	Bytes   *int64 `json:"bytes-remaining,omitempty"`
}

// captive answers for one device. When it does not know, it says so: a wrong answer re-captures a payer.
func (g *Guest) captive(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	mac, err := access.ParseMAC(parameter(c, "d"))
	signature, bad := hex.DecodeString(parameter(c, "k"))
	if err != nil || bad != nil || !g.Keys.Verify(captivePurpose, captiveMessage(v.site.Slug, mac), signature) {
		return fault.New(fault.NotFound, "page.unknown")
	}
	state, err := g.captiveState(v, mac)
	if err != nil {
		return err
	}
	body, err := json.Marshal(state)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/captive+json")
	return c.Send(body)
}

func (g *Guest) captiveState(v *visitor, mac access.MAC) (captiveState, error) {
	ctx, cancel := web.Context()
	defer cancel()
	state := captiveState{Captive: true, Portal: g.PublicURL + v.home(), Extend: true}
	live, err := g.Grants.LiveFor(ctx, v.site.ID, mac)
	if err != nil {
		return state, err
	}
	for _, grant := range live {
		online, err := g.Sessions.Online(ctx, grant.ID, mac)
		if err != nil {
			return state, err
		}
		if online {
			return g.free(state, grant, v.site.Location()), nil
		}
	}
	return state, nil
}

// free is the state of a device that is online, with what is left to it.
func (g *Guest) free(state captiveState, grant access.Grant, loc *time.Location) captiveState {
	state.Captive = false
	_, left := access.Decide(grant, g.PlanClock.Now(), loc)
	if left.Timed {
		seconds := int64(left.Time / time.Second)
		state.Seconds = &seconds
	}
	if left.Capped {
		state.Bytes = &left.Bytes
	}
	return state
}
