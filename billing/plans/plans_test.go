package plans

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

func hour() Plan {
	return Plan{Key: "hour", NameEN: "1 hour", NameSW: "Saa 1", Segment: Hotspot, Price: money.Shillings(10), State: Live,
		Limits: access.Limits{Time: time.Hour, DownKbps: 2000, UpKbps: 1000, Devices: 1}}
}

func TestPlansAreSavedByKeyAndSoldBySite(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &planRow{}, &planSiteRow{})
		ctx, s := context.Background(), New(d, clock.System())
		save := func(p Plan) (saved Plan) {
			if err := d.InTx(ctx, func(tx *db.Tx) (err error) { saved, err = s.Save(tx, p); return err }); err != nil {
				t.Fatal(err)
			}
			return saved
		}
		first := save(hour())
		day := hour()
		day.Key, day.Price, day.Sites = "day", money.Shillings(50), []int64{7}
		save(day)
		gone := hour()
		gone.Key, gone.State = "gone", Retired
		save(gone)
		here, err := s.ForSite(ctx, 7)
		if err != nil || len(here) != 2 || here[0].Key != "hour" || here[1].Key != "day" || here[1].Sites[0] != 7 {
			t.Fatalf("%+v %v", here, err)
		}
		if elsewhere, _ := s.ForSite(ctx, 8); len(elsewhere) != 1 {
			t.Fatalf("%+v", elsewhere)
		}
		dearer := hour()
		dearer.Price = money.Shillings(20)
		if again := save(dearer); again.ID != first.ID {
			t.Fatal("the key names the plan")
		}
		got, err := s.Get(ctx, first.ID)
		if err != nil || got.Price != money.Shillings(20) || got.Limits.Time != time.Hour || got.Limits.DownKbps != 2000 {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := s.Get(ctx, 1); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

func TestAWrongPlanIsRefusedByField(t *testing.T) {
	for key, spoil := range map[string]func(*Plan){
		"plan.key":       func(p *Plan) { p.Key = "Best Plan" },
		"plan.name":      func(p *Plan) { p.NameEN = "" },
		"plan.segment":   func(p *Plan) { p.Segment = "moon" },
		"plan.price":     func(p *Plan) { p.Price = money.KES(1050) },
		"plan.state":     func(p *Plan) { p.State = "maybe" },
		"plan.endless":   func(p *Plan) { p.Limits = access.Limits{DownKbps: 5} },
		"limits.devices": func(p *Plan) { p.Limits.Devices = -1 },
	} {
		p := hour()
		if spoil(&p); fault.KeyOf(p.Validate()) != key {
			t.Errorf("want %s, got %v", key, p.Validate())
		}
	}
}

func TestSentence(t *testing.T) {
	p := hour()
	if got := Sentence(words.English, p); got != "1 hour · 1 phone · 2 Mbit/s" {
		t.Error(got)
	}
	if got := Sentence(words.Swahili, p); got != "saa 1 · simu 1 · 2 Mbit/s" {
		t.Error(got)
	}
	p.Limits = access.Limits{Time: 90 * time.Minute, TimeKind: access.Online, DataBytes: 1_500_000_000, Valid: 7 * 24 * time.Hour, Devices: 2,
		DownKbps: 512, Hours: access.Hours{{From: 22 * 60, To: 6 * 60}}}
	if got := Sentence(words.English, p); got != "90 minutes online · 1.5 GB · within 1 week · 22:00–06:00 · 2 phones · 512 kbit/s" {
		t.Error(got)
	}
}
