package guest

import (
	"context"
	"fmt"
	"html/template"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// everyPage renders every page in every state with made-up data, by name, for eyes, screenshots and tests.
func everyPage(lang words.Lang, brand site.Brand) (map[string][]byte, error) {
	show, err := newGallery(lang, brand)
	if err != nil {
		return nil, err
	}
	for _, hang := range []func(*gallery) error{(*gallery).selling, (*gallery).paying, (*gallery).failing, (*gallery).using, (*gallery).telling} {
		if err := hang(show); err != nil {
			return nil, err
		}
	}
	return show.pages, nil
}

// galleryBrand is the made-up brand of the gallery.
func galleryBrand() site.Brand {
	return site.Brand{Key: "baraka", Name: "Baraka Wi-Fi", Accent: "#0f6b4f", AccentInk: "#ffffff", Paper: "#f6f7f5", Ink: "#13201b",
		WelcomeEN: "Fast internet at Kasarani", WelcomeSW: "Intaneti ya kasi Kasarani", LogoType: "image/svg+xml",
		Logo: []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="9" fill="#0f6b4f"/><g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"><path d="M8 15.5a14.5 14.5 0 0 1 20 0M12.5 20.5a8 8 0 0 1 11 0"/></g><circle cx="18" cy="26" r="2.5" fill="#ffc83d"/></svg>`)}
}

// hang renders one screen under a name.
func (s *gallery) hang(name string, shown screen) error {
	body, _, err := s.guest.theme.HTML(shown.name, shown.page)
	if err != nil {
		return fmt.Errorf("gallery %s: %w", name, err)
	}
	s.pages[name] = body
	return nil
}

func (s *gallery) selling() error {
	away := *s.who
	away.router, away.visit, away.query = routers.Router{}, routers.Visit{}, ""
	scenes := []struct {
		name   string
		who    *visitor
		change func(*landingPage)
	}{
		{"landing", s.who, func(*landingPage) {}},
		{"landing-wrong-number", s.who, func(p *landingPage) {
			p.Number = "0712 34"
			p.warn("phone", words.Fault(p.Lang, invalidPhone("0712 34")))
		}},
		{"landing-pending", s.who, func(p *landingPage) {
			p.Notes = []note{{Title: p.T("guest.pending.title", "Amount", "KES 50"), Text: p.T("guest.pending.text"), Address: p.Home}}
		}},
		{"landing-refused", s.who, func(p *landingPage) { p.routerSaid("RADIUS server is not responding") }},
		{"landing-proxy-browser", s.who, func(p *landingPage) {
			p.Notes = []note{{Title: p.T("guest.proxy.title"), Text: p.T("guest.proxy.text")}}
		}},
		{"landing-not-on-wifi", &away, func(*landingPage) {}},
		{"landing-nothing-for-sale", s.who, func(p *landingPage) { p.Plans = nil }},
		{"landing-no-logo", s.who, func(p *landingPage) { p.Logo = template.URL("") }},
	}
	for _, scene := range scenes {
		p, err := s.guest.landingPage(context.Background(), scene.who, "")
		if err != nil {
			return err
		}
		scene.change(p)
		if err := s.hang(scene.name, screen{name: "landing", page: p}); err != nil {
			return err
		}
	}
	return nil
}

func invalidPhone(typed string) error {
	_, err := customers.ParsePhone(typed)
	return err
}

func (s *gallery) order() billing.OrderView {
	plan := galleryPlans()[0]
	return billing.OrderView{Age: 17 * time.Second, Payment: billing.Payment{State: billing.PaymentSent},
		Order: billing.Order{Token: "0123456789abcdef0123456789abcdef", SiteID: 1, PlanID: plan.ID, PlanNameEN: plan.NameEN, PlanNameSW: plan.NameSW,
			Price: plan.Price, Phone: "254712345678", Place: access.Place{RouterID: 1, MAC: galleryMAC}, CreatedAt: galleryNow}}
}

func (s *gallery) paying() error {
	for name, change := range map[string]func(*billing.OrderView){
		"wait":          func(*billing.OrderView) {},
		"wait-slow":     func(v *billing.OrderView) { v.Age = 75 * time.Second },
		"wait-checking": func(v *billing.OrderView) { v.Claim = billing.ClaimAsked },
		"receipt-refused": func(v *billing.OrderView) {
			v.Claim, v.Age = billing.ClaimRefused, 100*time.Second
		},
		"receipt-found": func(v *billing.OrderView) {
			v.Claim, v.Age = billing.ClaimWhose, 100*time.Second
		},
		"kept":  func(v *billing.OrderView) { v.Surplus, v.Credit, v.Payment.State = true, 500, billing.PaymentPaid },
		"spent": func(v *billing.OrderView) { v.Spent, v.Payment.State = true, billing.PaymentPaid },
	} {
		view := s.order()
		change(&view)
		if err := s.hang(name, s.guest.orderScreen(s.who, view)); err != nil {
			return err
		}
	}
	p := s.guest.orderReceiptPage(s.who, s.order().Order.Token)
	if err := s.hang("receipt", screen{name: "receipt", page: p}); err != nil {
		return err
	}
	p.Receipt = "SKJ4"
	p.warn("receipt", words.Fault(s.who.lang, fault.New(fault.Invalid, "receipt.invalid")))
	if err := s.hang("receipt-wrong", screen{name: "receipt", page: p}); err != nil {
		return err
	}
	p = s.guest.paidPage(s.who)
	p.Receipt = "SKJ4H7T2QX"
	p.ask(begins("254712345678"), false)
	p.Notes = append(p.Notes, note{Title: p.T("guest.receipt.whose")})
	if err := s.hang("receipt-whose", screen{name: "receipt", page: p}); err != nil {
		return err
	}
	p = s.guest.paidPage(s.who)
	p.Receipt = "SKJ4H7T2QX"
	p.ask("", true)
	p.Notes = append(p.Notes, note{Title: p.T("guest.receipt.whose_whole")})
	if err := s.hang("receipt-whose-whole", screen{name: "receipt", page: p}); err != nil {
		return err
	}
	p = s.guest.paidPage(s.who)
	p.Receipt = "SKJ4H7T2QX"
	p.warn("receipt", words.Fault(s.who.lang, fault.New(fault.Conflict, "receipt.hidden")))
	return s.hang("receipt-hidden", screen{name: "receipt", page: p})
}

func (s *gallery) failing() error {
	for _, reason := range galleryReasons {
		view := s.order()
		view.Payment.State, view.Payment.Reason = billing.PaymentFailed, reason
		view.Order.Code, view.ByHand = "7KQ2MXPD", billing.ByHand{Type: billing.TillPaybill, Number: "247247", RestUntil: galleryNow.Add(10 * time.Minute)}
		if reason == billing.ReasonRailRests {
			view.Grace.May = 10 * time.Minute
		}
		if err := s.hang("failed-"+string(reason), s.guest.orderScreen(s.who, view)); err != nil {
			return err
		}
	}
	return nil
}
