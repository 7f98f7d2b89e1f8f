package guest

import (
	"context"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

func galleryGrant() access.Grant {
	return access.Grant{ID: 7, SiteID: 1, State: access.Active, FirstUsedAt: galleryNow.Add(-36 * time.Minute), Until: galleryNow.Add(84 * time.Minute),
		Limits: access.Limits{Time: 2 * time.Hour, DataBytes: 2e9, Devices: 2, DownKbps: 5000, UpKbps: 5000}, UsedBytes: 640e6, UsedTime: 36 * time.Minute}
}

// galleryFair is a month at 10 Mbit/s, 2 after 5 GB, and free by night.
func galleryFair(now time.Time, used int64, per access.Per) access.Grant {
	every := [7]bool{true, true, true, true, true, true, true}
	return access.Grant{ID: 7, SiteID: 1, State: access.Active, FirstUsedAt: now.Add(-time.Hour), Until: now.AddDate(0, 0, 30), Fair: access.Fair{Start: now.Add(-time.Hour), Used: used},
		Limits: access.Limits{Valid: 30 * 24 * time.Hour, Devices: 2, DownKbps: 10_000, UpKbps: 5000,
			FairUse: access.FairUse{Bytes: 5e9, Per: per, DownKbps: 2000, UpKbps: 1000},
			Night:   access.Night{Hours: access.Hours{{Days: every, From: 0, To: 6 * 60}}, DownKbps: 20_000, UpKbps: 5000, Free: true}}}
}

// using hangs the pages of a grant in each situation.
func (s *gallery) using() error {
	night := access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}
	scenes := []struct {
		name   string
		change func(f *fixtures)
	}{
		{"online", func(f *fixtures) { f.online = true }},
		{"online-no-limit", func(f *fixtures) {
			f.online, f.grant.Until, f.grant.Limits = true, time.Time{}, access.Limits{Devices: 1}
			f.slots = f.slots[:1]
		}},
		{"paid", func(f *fixtures) {
			f.grant.State, f.grant.FirstUsedAt, f.grant.Until, f.grant.UsedBytes = access.Dormant, time.Time{}, time.Time{}, 0
		}},
		{"ready", func(*fixtures) {}},
		{"queued", func(f *fixtures) {
			f.grant.AfterGrantID, f.grant.State, f.grant.FirstUsedAt = 6, access.Dormant, time.Time{}
		}},
		{"full", func(f *fixtures) {
			f.slots = []access.Slot{{N: 1, MAC: "02a1b2c3d4e5"}, {N: 2, MAC: "02a1b2c3d4e6"}}
		}},
		{"fair-use", func(f *fixtures) { f.online, f.grant = true, galleryFair(galleryNow, 3_200e6, access.PerDay) }},
		{"fair-use-slow", func(f *fixtures) { f.online, f.grant = true, galleryFair(galleryNow, 5_100e6, access.PerMonth) }},
		{"suspended", func(f *fixtures) { f.grant.State = access.Suspended }},
		{"hours", func(f *fixtures) { f.grant.Limits.Hours = night }},
		{"ended-time", func(f *fixtures) { f.grant.State, f.grant.EndCause = access.Ended, string(access.CauseTimeUsed) }},
		{"ended-data", func(f *fixtures) { f.grant.State, f.grant.EndCause = access.Ended, string(access.CauseDataUsed) }},
		{"ended", func(f *fixtures) {
			f.grant.State, f.grant.EndCause, f.grant.UsedBytes, f.grant.UsedTime = access.Ended, string(access.CauseEnded), 0, 0
		}},
	}
	ordinary := s.shown
	for _, scene := range scenes {
		s.shown = ordinary
		s.shown.grant = galleryGrant()
		scene.change(&s.shown)
		if err := s.hangStatus(scene.name, s.who, false); err != nil {
			return err
		}
	}
	return s.usingElsewhere(ordinary)
}

func (s *gallery) usingElsewhere(ordinary fixtures) error {
	s.shown = ordinary
	s.shown.grant = galleryGrant()
	if err := s.hangStatus("logged-out", s.who, true); err != nil {
		return err
	}
	away := *s.who
	away.router, away.visit, away.query = routers.Router{}, routers.Visit{}, ""
	s.shown.grant.State, s.shown.grant.FirstUsedAt, s.shown.grant.Until = access.Dormant, time.Time{}, time.Time{}
	s.shown.slots = []access.Slot{{N: 1}, {N: 2}}
	return s.hangStatus("paid-code", &away, false)
}

func (s *gallery) hangStatus(name string, who *visitor, out bool) error {
	view := s.order()
	view.Order.GrantID, view.Order.PaidAt = s.shown.grant.ID, galleryNow.Add(-10*time.Second)
	shown, err := s.guest.statusScreen(context.Background(), who, view, out)
	if err != nil {
		return err
	}
	return s.hang(name, shown)
}

// telling hangs the pages that only say something.
func (s *gallery) telling() error {
	code := s.guest.codePage(s.who)
	wrong := s.guest.codePage(s.who)
	wrong.Code = "K7M4P-2QXT0"
	wrong.warn("code", words.Fault(s.who.lang, fault.New(fault.Invalid, "code.invalid")))
	sent := s.guest.codeSentPage(s.who, "0123", "254712345678")
	old := s.guest.codeSentPage(s.who, "0123", "254712345678")
	old.warn("code", words.Fault(s.who.lang, fault.New(fault.Denied, "phone_code.wrong")))
	two := s.guest.codeSentPage(s.who, "0123", "254712345678")
	two.choose([]billing.Bought{{Order: s.order().Order, Grant: galleryGrant()}, {Order: s.order().Order, Grant: access.Grant{State: access.Dormant}}})
	lost := s.guest.errorPage(s.who, "/nowhere", fault.New(fault.NotFound, "page.unknown"))
	nowhere := s.guest.errorPage(&visitor{lang: s.who.lang}, "/nowhere", fault.New(fault.NotFound, "page.unknown"))
	down := s.guest.errorPage(s.who, "/o/0123", fault.New(fault.Unavailable, "unavailable"))
	down.RequestID, down.Retry = "5f2c81d09ab34e67", down.Home
	for name, shown := range map[string]screen{
		"code": {name: "code", page: code}, "code-wrong": {name: "code", page: wrong},
		"phone": {name: "phone", page: s.guest.phonePage(s.who)}, "phone-code": {name: "phone", page: sent},
		"phone-code-wrong": {name: "phone", page: old}, "phone-choose": {name: "phone", page: two},
		"paid-form": {name: "receipt", page: s.guest.paidPage(s.who)},
		"help":      {name: "words", page: s.guest.helpPage(s.who)},
		"terms":     {name: "words", page: s.guest.termsPage(s.who)},
		"error":     {name: "error", page: lost}, "error-no-site": {name: "error", page: nowhere}, "error-unavailable": {name: "error", page: down},
	} {
		if err := s.hang(name, shown); err != nil {
			return err
		}
	}
	return nil
}

// galleryReasons are those that have a sentence of their own.
var galleryReasons = []billing.Reason{billing.ReasonCancelled, billing.ReasonWrongPIN, billing.ReasonInsufficient, billing.ReasonTimedOut,
	billing.ReasonPhoneBusy, billing.ReasonLimit, billing.ReasonTooSoon, billing.ReasonTooSmall, billing.ReasonTooLarge, billing.ReasonPINLocked,
	billing.ReasonMerchantFault, billing.ReasonRailBusy, billing.ReasonRailDown, billing.ReasonPushFailed, billing.ReasonNumberRests,
	billing.ReasonRailRests, billing.ReasonUnknown}
