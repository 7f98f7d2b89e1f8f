package site

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestSiteCheck(t *testing.T) {
	good := Site{Slug: "mtaa-wa-3", Name: "Mtaa", Language: "sw", Phone: "+254 712 345 678", Timezone: "Africa/Kampala"}
	if _, err := good.Check(); err != nil {
		t.Fatal(err)
	}
	filled, err := Site{Slug: "a", Name: "A"}.Check()
	if err != nil || filled.Timezone != "Africa/Nairobi" || filled.State != Open || filled.Language != "en" {
		t.Errorf("%+v, %v", filled, err)
	}
	tests := map[string]func(*Site){
		"site.slug":     func(s *Site) { s.Slug = "-x" },
		"site.name":     func(s *Site) { s.Name = "a\x00b" },
		"site.language": func(s *Site) { s.Language = "fr" },
		"site.phone":    func(s *Site) { s.Phone = "call me" },
		"site.timezone": func(s *Site) { s.Timezone = "Africa/Kitale" },
		"site.state":    func(s *Site) { s.State = "gone" },
	}
	for key, spoil := range tests {
		bad := good
		spoil(&bad)
		if _, err := bad.Check(); fault.KeyOf(err) != key || !fault.Is(err, fault.Invalid) {
			t.Errorf("%v, want %s", err, key)
		}
	}
	for _, slug := range []string{"", "A", "a b", "a/b", "a-", strings.Repeat("a", 33), "é"} {
		if slugShape.MatchString(slug) {
			t.Errorf("slug %q passes", slug)
		}
	}
}

func TestBrandCheck(t *testing.T) {
	b, err := Brand{Key: "k", Name: "K", Accent: "#AB12cd"}.Check()
	if err != nil || b.Accent != "#ab12cd" || b.Ink != House.Ink {
		t.Errorf("%+v, %v", b, err)
	}
	tests := map[string]Brand{
		"brand.key":    {Key: "K!", Name: "K"},
		"brand.name":   {Key: "k"},
		"brand.colour": {Key: "k", Name: "K", Paper: "red;}body{"},
		"brand.text":   {Key: "k", Name: "K", WelcomeSW: strings.Repeat("a", 301)},
		"brand.logo":   {Key: "k", Name: "K", Logo: []byte("<html/>")},
	}
	for key, bad := range tests {
		if _, err := bad.Check(); fault.KeyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
}

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &siteRow{}, &brandRow{}, &mailRow{}) })
}

// inTx runs fn in a transaction of its own and fails the test when it fails.
func inTx(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.InTx(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAndServeFromMemory(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		here, other := New(d, clock.System()), New(d, clock.System())
		if _, _, err := other.BySlug("mtaa"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("unknown site: %v", err)
		}
		var brand Brand
		var saved Site
		inTx(t, d, func(tx *db.Tx) (err error) {
			if brand, err = here.SaveBrand(tx, Brand{Key: "mtaa", Name: "Mtaa Net", TermsSW: "Karibu"}); err != nil {
				return err
			}
			saved, err = here.SaveSite(tx, Site{Slug: "mtaa", Name: "Mtaa", BrandID: brand.ID})
			return err
		})
		got, skin, err := here.BySlug("MTAA")
		if err != nil || got.ID != saved.ID || skin.TermsSW != "Karibu" || got.Location().String() != "Africa/Nairobi" {
			t.Errorf("here: %+v, %+v, %v", got, skin, err)
		}
		if err := other.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, skin, err = other.Get(saved.ID); err != nil || got.Name != "Mtaa" || skin.Name != "Mtaa Net" {
			t.Errorf("on another node: %+v, %+v, %v", got, skin, err)
		}
		inTx(t, d, func(tx *db.Tx) error {
			saved.Name, saved.BrandID, saved.Phone = "Mtaa Wetu", 0, ""
			_, err := here.SaveSite(tx, saved)
			return err
		})
		if err := other.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, skin, _ = other.Get(saved.ID); got.Name != "Mtaa Wetu" || skin.Accent != House.Accent || skin.Name != "Mtaa Wetu" {
			t.Errorf("after a change: %+v, %+v", got, skin)
		}
		if len(other.Sites()) != 1 || len(other.Brands()) != 1 {
			t.Errorf("%d sites, %d brands", len(other.Sites()), len(other.Brands()))
		}
	})
}

func TestSlugsAreTakenAndFixed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, clock.NewManual(time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)))
		var saved Site
		inTx(t, d, func(tx *db.Tx) (err error) {
			saved, err = s.SaveSite(tx, Site{Slug: "a", Name: "A"})
			return err
		})
		taken := d.InTx(context.Background(), func(tx *db.Tx) error {
			_, err := s.SaveSite(tx, Site{Slug: "a", Name: "B"})
			return err
		})
		saved.Slug = "b"
		moved := d.InTx(context.Background(), func(tx *db.Tx) error {
			_, err := s.SaveSite(tx, saved)
			return err
		})
		if !fault.Is(taken, fault.Conflict) || fault.KeyOf(moved) != "site.slug_fixed" {
			t.Errorf("taken: %v, moved: %v", taken, moved)
		}
		if got, _, err := s.BySlug("a"); err != nil || got.Name != "A" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestWhomABrandsMailIsFrom: a name and an address that mail can be from are kept, changed and taken away with the brand; others are refused.
func TestWhomABrandsMailIsFrom(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)))
		save := func(b Brand) (saved Brand, err error) {
			err = d.InTx(t.Context(), func(tx *db.Tx) error { saved, err = s.SaveBrand(tx, b); return err })
			return saved, err
		}
		b, err := save(Brand{Key: "baraka", Name: "Baraka", MailName: " Baraka Bills ", MailFrom: "bills@baraka.co.ke"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"bills@baraka.co.ke", "pay@wifi.baraka.co.ke", ""} {
			b.MailFrom = want
			if b, err = save(b); err != nil {
				t.Fatal(err)
			}
			other := New(d, clock.System()) // another node
			if got := other.Brands(); len(got) != 1 || got[0].MailFrom != want || got[0].MailName != "Baraka Bills" {
				t.Errorf("%q became %+v", want, got)
			}
		}
		b.MailName = ""
		if b, err = save(b); err != nil || s.Brands()[0].MailName != "" {
			t.Error(err, s.Brands())
		}
		for _, bad := range []string{"bills", "bills@", "@baraka.co.ke", "Bills <bills@baraka.co.ke>", "bills@localhost", "bills@baraka.co.ke, x@y.co", "bills@baraka..ke", "bi\r\nlls@baraka.co.ke", "bílls@baraka.co.ke", strings.Repeat("x", 120) + "@baraka.co.ke"} {
			b.MailFrom = bad
			if _, err := save(b); fault.KeyOf(err) != "brand.mail_from" {
				t.Errorf("%q: %v", bad, err)
			}
		}
		b.MailFrom = ""
		for _, bad := range []string{"two\nlines", "<b>", "a@b", strings.Repeat("x", 81)} {
			b.MailName = bad
			if _, err := save(b); fault.KeyOf(err) != "brand.mail_name" {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}
