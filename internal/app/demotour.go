package app

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/status"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// stranger is a device that is nobody's.
const stranger = "02a1b2c3d4ee"

// stop is one place of the guided tour: what to do there, what to see, and how one knows that it was done.
type stop struct {
	Name, Do, See, Address string
	done                   func(ctx context.Context) (bool, error)
}

// did is done once somebody at the console has done one of these deeds since the demo started.
func (s *Stage) did(actions ...string) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) { return s.deedSince(ctx, s.opened, actions) }
}

// stops are the guided tour through the product, in its order.
func (s *Stage) stops() []stop {
	here := s.Main.Config.PublicURL
	return []stop{
		{"Buy as a guest", `Open it as on a phone, choose "1 hour", type any number such as 0712 345 678, and pay.`, "A page without a script, that a cheap phone on 2G opens. It waits for M-Pesa by itself.",
			s.CaptiveURL("kasarani-1", visitorMAC), s.visitorOrdered},
		{"Enter the PIN", "Type 1234 on the simulated phone, or cancel, and see what the guest is told then.", "The prompt is pushed once and never again. Whatever becomes of the answer, nobody pays twice.",
			s.RailURL + "/phone", s.visitorPaid},
		{"See the router let them on", "Find " + access.MAC(visitorMAC).Colons() + " in the list, and watch its bytes and its time.", "The session is cut on the second. An hour takes " + s.hour() + " here.",
			s.Routers["kasarani-1"].URL() + "/sim", s.visitorOnline},
		{"Sign in at the back office", "As " + demoMember + `, with the password "` + demoPassword + `". As ` + demoOwner + " you may do everything, with an app that makes codes.", "Today: the money by hour, who is online, and all that waits for somebody, the oldest first.",
			here + "/office", s.did("signed in")},
		{"Read the story of that order", "On Payments, open the newest order.", "From the prompt to what the router was told, with the button that mends it.", here + "/office/payments", nil},
		{"Give money to whom it belongs", "On Money nobody has claimed, give a payment with a mistyped account number to whose it probably is.", "A line that had lapsed is back within seconds, with no other hand.", here + "/office/suspense", s.did("receipt matched")},
		{"Answer a complaint", "Take a ticket of the queue, read what the program knows of the customer, and answer with a prepared text.", "Each has a clock; a complaint has a reference and thirty days.", here + "/office/tickets", s.did("ticket answered", "ticket taken", "ticket note written")},
		{"Ask why somebody was offline", "Search for Kiptoo, open his line, press Why offline, and tell him by SMS.", "Payment, log-in, router and rule around that moment as one story, with the next step.", here + "/office/search?q=Kiptoo", s.did("offline explained")},
		{"Find who tries passwords", "On Log-ins refused, see a stranger's device that dials in as Amina.", "Told in plain words, with what to do.", here + "/office/refusals", nil},
		{"Look at the outage as the public does", "Read what customers read while a fibre is cut at Ngong.", "Written on Status page in two languages; it saves a hundred calls.", here + "/status", nil},
		{"Sell as a shop", "Sign in with " + demoSellers[0].phone + " and the PIN " + demoPIN + ", and sell a voucher.", "What is left of the float, and what was earned.", here + "/sell", nil},
		{"Pay a bill as a subscriber", "Type " + demoLines[0].phone + "; the code comes to the mailbox of SMS at " + s.PostURL + ".", "The line, what is owed and why, papers, and paying by prompt.", here + "/my", nil},
		{"Close yesterday", "On Day close, look at the day that has a difference, and say why.", "M-Pesa's statement, the books and the service, side by side.", here + "/office/money/days", s.did("difference explained", "day closed", "difference taken on")},
	}
}

//go:embed demotour.html
var tourPage string

var tourTemplate = template.Must(template.New("tour").Parse(tourPage))

// tourStop is a stop as the page shows it.
type tourStop struct {
	stop
	Done, Next bool
}

// tour is the page of the guided tour; it brings itself up to date.
func (s *Stage) tour(w http.ResponseWriter, r *http.Request) {
	var shown []tourStop
	passed, next := 0, false
	for _, at := range s.stops() {
		v := tourStop{stop: at}
		if at.done != nil {
			var err error
			if v.Done, err = at.done(r.Context()); err != nil {
				http.Error(w, at.Name+": "+err.Error(), http.StatusServiceUnavailable)
				return
			}
			if v.Done {
				passed++
			} else if !next {
				v.Next, next = true, true
			}
		}
		shown = append(shown, v)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = tourTemplate.Execute(w, map[string]any{"Stops": shown, "Passed": passed})
}

// startTour opens the page of the tour, some ports after the portal's.
func (s *Stage) startTour(context.Context) error {
	l, err := nextPort(s.options.HTTP, 4)
	if err != nil {
		return err
	}
	s.opened = s.Main.Clock.Now()
	s.TourURL = "http://" + l.Addr().String()
	s.guide = &http.Server{Handler: http.HandlerFunc(s.tour), ReadHeaderTimeout: 10 * time.Second}
	s.ended.Go(func() { _ = s.guide.Serve(l) })
	return nil
}

// seedTrouble is what is wrong today: a fibre that is cut, as the public reads it, planned work, the money of a line that had lapsed under a mistyped account
// number, and a stranger's device in Kasarani that dials in as Amina with a wrong password.
func (s *Stage) seedTrouble(ctx context.Context) error {
	m, now, by := s.Main, s.Main.Clock.Now(), status.By{Actor: "demo"}
	if there, err := m.Status.Notices(ctx); err != nil || len(there) > 0 {
		return err
	}
	cut := map[words.Lang]string{words.English: "A fibre is cut at Ngong road. Our people are on their way.", words.Swahili: "Nyaya imekatika barabara ya Ngong. Mafundi wetu wako njiani."}
	work := map[words.Lang]string{words.English: "We change a battery in Kasarani: ten minutes without internet.", words.Swahili: "Tunabadilisha betri Kasarani: dakika kumi bila intaneti."}
	tonight := clock.DayOf(now).Start().Add(26 * time.Hour)
	for _, n := range []status.Notice{{Kind: status.Trouble, Sites: []int64{s.seeded.sites["ngong"].ID}, From: now.Add(-40 * time.Minute), Texts: cut},
		{Kind: status.Planned, Sites: []int64{s.seeded.sites["kasarani"].ID}, From: tonight, Until: tonight.Add(10 * time.Minute), Texts: work}} {
		if _, err := m.Status.Write(ctx, n, by); err != nil {
			return err
		}
	}
	if err := s.mistype(ctx, demoLines[3].phone, money.Shillings(2_500)); err != nil {
		return err
	}
	_, err := s.Routers["kasarani-1"].Connect(stranger, demoLines[2].login, "12345678")
	return err
}

// mistype has a customer pay by hand, with the last digit of the account number wrong.
func (s *Stage) mistype(ctx context.Context, phone string, amount money.Amount) error {
	who, err := s.Main.Customers.FindNow(ctx, phone)
	if err == nil {
		err = s.Main.Billing.RegisterURLs(ctx)
	}
	if err != nil {
		return err
	}
	payer, _ := safaricom.Number(phone) // ours
	last := len(who.Number) - 1
	_, err = s.Safaricom.PayBill(ctx, payer, demoMerchant.ShortCode, who.Number[:last]+string('0'+(who.Number[last]-'0'+1)%10), amount.Cents)
	return err
}
