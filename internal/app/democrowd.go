package app

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
	"mtandao/radius/access"
)

// visitorMAC is the phone that the printed address belongs to.
const visitorMAC = "02a1b2c3d401"

// announce prints where to go, the captive portal first.
func (s *Stage) announce(out io.Writer) {
	captive := s.CaptiveURL("kasarani-1", visitorMAC)
	fmt.Fprintf(out, `Mtandao is running. Everything but the program itself is simulated.
A guided tour through it, which ticks what you have done:  %s

  1. Captive portal     %s
     Choose "1 hour", type any number such as 0712 345 678, and pay.
  2. The phone          %s/phone
     Type PIN 1234 there, or cancel.
  3. The router         %s/sim
     Watch %s come online, its bytes count, and its session end.%s
  4. The back office    %s/office
     Sign in as %s with the password "%s"; as %s
     with the same one you may do everything, and need an app that makes codes.
  5. A reseller's phone %s/sell
     Sign in with %s and the PIN %s; the landlord at /share with %s.
  6. A subscriber       %s/my
     Type %s; the code comes by SMS, to the page below.

  Another new phone     %s/d/02a1b2c3d402/%s
  Mailboxes and SMS     %s/mail and %s
  Safaricom's faults    %s/faults
  M-Pesa's statement    %s/statement/%s, for the owner, under Payments, Money in, Day close
  Without a router      %s
  Health                %s/readyz

  An hour takes %s here (--speed %d), so plans and sessions run ahead of your clock. Stop with Ctrl-C.

`, s.TourURL, captive, s.RailURL, s.Routers["kasarani-1"].URL(), access.MAC(visitorMAC).Colons(), s.others(), s.Main.Config.PublicURL, demoMember, demoPassword, demoOwner,
		s.Main.Config.PublicURL, demoSellers[0].phone, demoPIN, demoLandlord, s.Main.Config.PublicURL, demoLines[0].phone,
		s.Routers["kasarani-1"].URL(), s.secondSite(), s.PostURL, s.PostURL, s.RailURL, s.RailURL, demoMerchant.ShortCode, s.Main.Config.PublicURL+"/h/kasarani", s.Main.Config.PublicURL, s.hour(), s.options.Speed)
}

// others says whom else one sees at the router.
func (s *Stage) others() string {
	if s.options.Quiet {
		return ""
	}
	return "\n     The others there are simulated people, who buy too (--quiet: none)."
}

// hour is how long an hour takes, as people say it.
func (s *Stage) hour() string {
	switch took := time.Hour / time.Duration(s.options.Speed); {
	case took >= 2*time.Minute:
		return fmt.Sprintf("%.0f minutes", took.Minutes())
	case took == time.Minute:
		return "a minute"
	default:
		return fmt.Sprintf("%.0f seconds", took.Seconds())
	}
}

// secondSite is the line of the other site, where this machine can show it.
func (s *Stage) secondSite() string {
	r := s.Routers["ngong-1"]
	if r == nil {
		return ""
	}
	return "\n  Second site           " + r.URL() + "/d/02a1b2c3d403/  (CoovaChilli)"
}

// CaptiveURL is where a phone's first page ends: the portal with what the router's redirect carries.
func (s *Stage) CaptiveURL(routerName, mac string) string {
	r := s.Routers[routerName]
	if r == nil {
		return ""
	}
	if _, err := r.Join(mac); err != nil {
		return r.URL()
	}
	if to := redirect(r.URL() + "/d/" + mac + "/"); to != "" {
		return to
	}
	return r.URL() + "/d/" + mac + "/"
}

// crowd keeps a few people buying and browsing, so that there is something to see.
func (s *Stage) crowd(ctx context.Context) {
	phones := map[string]bool{}
	for n := range 4 {
		phones[fmt.Sprintf("2547990000%02d", n)] = true
	}
	s.Safaricom.AutoAnswer(func(p safaricom.Prompt) safaricom.Answer {
		if phones[p.Phone] {
			return safaricom.Answer{Act: safaricom.Approve, After: 3 * time.Second}
		}
		return safaricom.Answer{}
	})
	n := 0
	for phone := range phones {
		mac := fmt.Sprintf("02c0ffee00%02x", n)
		s.ended.Go(func() { s.person(ctx, s.Routers["kasarani-1"], mac, phone) })
		n++
	}
}

// person joins, buys when not online, uses the internet, and rests.
func (s *Stage) person(ctx context.Context, r *router.Router, mac, phone string) {
	guest := people.NewGuest(phone)
	for rest(ctx, time.Duration(2+rand.IntN(10))*time.Second) {
		device, err := r.Join(mac)
		if err != nil {
			s.options.Log.Warn("a simulated person could not join", "error", err)
			continue
		}
		device.Use(int64(500 + rand.IntN(4000)))
		if device.Online() {
			continue
		}
		if _, err := guest.Buy(ctx, device.URL(), rand.IntN(2)); err != nil && ctx.Err() == nil {
			s.options.Log.Info("a simulated person could not buy", "error", err)
		}
		rest(ctx, 15*time.Second)
	}
}

// rest waits a while; false when the demo is over.
func rest(ctx context.Context, d time.Duration) bool {
	pause(ctx, d)
	return ctx.Err() == nil
}

// redirect follows the router's first answer to the portal, without opening it.
func redirect(address string) string {
	to, err := people.FirstRedirect(address)
	if err != nil || !strings.HasPrefix(to, "http") {
		return ""
	}
	return to
}
