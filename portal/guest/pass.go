package guest

import (
	"context"
	"encoding/base64"
	"strings"

	"mtandao/billing"
	"mtandao/radius/access"
)

// A pass leads to an order's pages for whoever arrives with its device's MAC, which anybody near can read off the air and
// claim. It shows what is left, and brings that device online and offline, and no other; it tells no code, changes no devices
// and asks no phone for money, for which the order's own token is needed.
const passPurpose = "guest.pass"

func (g *Guest) pass(token string, mac access.MAC) (string, error) {
	sealed, err := g.Keys.Seal(passPurpose, []byte(string(mac)+" "+token))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// openPass gives the token behind a pass and the device that it is for; false when it is none of ours.
func (g *Guest) openPass(pass string) (token string, mac access.MAC, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(pass)
	if err != nil {
		return "", "", false
	}
	opened, err := g.Keys.Open(passPurpose, sealed)
	device, token, ok := strings.Cut(string(opened), " ")
	return token, access.MAC(device), ok && err == nil
}

// orderBehind finds the order of a token or a pass. With a pass every address of its pages is the pass's.
func (g *Guest) orderBehind(ctx context.Context, key string) (view billing.OrderView, byPass access.MAC, err error) {
	token, byPass, ok := g.openPass(key)
	if !ok {
		view, err = g.viewOf(ctx, key)
		return view, "", err
	}
	if view, err = g.viewOf(ctx, token); err == nil {
		view.Order.Token = key
	}
	return view, byPass, err
}

// tokenOf is the token that a key to an order's pages stands for.
func (g *Guest) tokenOf(key string) string {
	if token, _, ok := g.openPass(key); ok {
		return token
	}
	return key
}
