package apikeys

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var by = By{Actor: "owner@demo.example", From: "192.0.2.1"}

func service(t *testing.T, d *db.DB) (*Service, *clock.Manual) {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC))
	return New(Options{DB: d, Keys: keys, Clock: c}), c
}

func TestModelsMatchTheirTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, keyRow{}) })
}

// A key opens from when it is made until it is revoked or lapses, and afterwards never again.
func TestAKeyOpensUntilItIsRevokedOrLapses(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, at := service(t, d)
		ctx := context.Background()
		made, secret, err := s.Make(ctx, Key{Name: " Book  keeper ", Scopes: []Scope{InvoicesRead}, Sites: []int64{7}, Until: at.Now().Add(time.Hour)}, "", by)
		if err != nil || made.Name != "Book keeper" {
			t.Fatal(made, err)
		}
		_, other, err := s.Make(ctx, Key{Name: "Other", Scopes: Scopes}, "", by)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Judge(ctx, secret)
		if err != nil || got.ID != made.ID || !got.May(InvoicesRead) || got.May(CustomersRead) || !got.Sees(7) || got.Sees(8) || got.Sees(0) {
			t.Fatalf("%+v %v", got, err)
		}
		at.Advance(time.Hour)
		if _, err := s.Judge(ctx, secret); !fault.Is(err, fault.Denied) {
			t.Error("a lapsed key opens", err)
		}
		free, err := s.Judge(ctx, other)
		if err != nil || !free.Sees(0) || !free.Sees(8) {
			t.Fatal(free, err)
		}
		for range 2 {
			if k, err := s.Revoke(ctx, free.ID, by); err != nil || k.RevokedAt.IsZero() {
				t.Fatal(k, err)
			}
		}
		for _, wrong := range []string{other, "", "mtk_", strings.Repeat("x", 10_000), other + "0"} {
			if _, err := s.Judge(ctx, wrong); fault.KeyOf(err) != "apikey.refused" {
				t.Errorf("%.60q: %v", wrong, err)
			}
		}
		if _, err := s.Revoke(ctx, 1, by); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		trail, err := audit.New(d, at).List(ctx, audit.Filter{Limit: 10})
		if err != nil || len(trail) != 3 { // two made, one revoked once
			t.Fatal(trail, err)
		}
		all, err := s.List(ctx)
		if err != nil || len(all) != 2 || all[0].UsedAt.IsZero() {
			t.Fatal(all, err)
		}
	})
}

// The secret stands nowhere in the database, neither in the table nor in the trail.
func TestASecretIsNotStored(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := service(t, d)
		_, secret, err := s.Make(t.Context(), Key{Name: "Canary", Scopes: Scopes}, "", by)
		if err != nil {
			t.Fatal(err)
		}
		var hash string
		if err := d.SQL().QueryRowContext(t.Context(), "SELECT hash FROM api_keys").Scan(&hash); err != nil || hash == "" || strings.Contains(secret, hash) || strings.Contains(hash, secret[len(prefix):]) {
			t.Errorf("stored %q: %v", hash, err)
		}
		events, err := audit.New(d, s.Clock).List(t.Context(), audit.Filter{Limit: 10})
		if err != nil || len(events) != 1 || strings.Contains(events[0].After, secret) {
			t.Error(events, err)
		}
	})
}

func TestAKeyThatIsRefused(t *testing.T) {
	now := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
	good := Key{Name: "A", Scopes: Scopes}
	for key, change := range map[string]func(*Key){
		"apikey.name":   func(k *Key) { k.Name = "  " },
		"apikey.scopes": func(k *Key) { k.Scopes = []Scope{"everything"} },
		"apikey.until":  func(k *Key) { k.Until = now },
	} {
		k := good
		change(&k)
		if _, err := k.check(now); fault.KeyOf(err) != key {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// One form makes one key: whoever sends it twice at once sees its secret twice; sent later, or with other words, it is refused; somebody else's form is another.
func TestAFormMakesOneKey(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, at := service(t, d)
		want := Key{Name: "Canary", Scopes: Scopes, Sites: []int64{7}, Until: at.Now().AddDate(0, 1, 0)}
		secrets := make([]string, 6)
		var all sync.WaitGroup
		for n := range secrets {
			all.Go(func() {
				k, secret, err := s.Make(t.Context(), want, "0123456789abcdef", by)
				if secrets[n] = secret; err != nil || k.ID == 0 {
					t.Error(k, err)
				}
			})
		}
		all.Wait()
		for _, secret := range secrets {
			if k, err := s.Judge(t.Context(), secret); err != nil || secret != secrets[0] {
				t.Error(k, err, secret == secrets[0])
			}
		}
		other := want
		other.Name = "Another"
		if _, secret, err := s.Make(t.Context(), other, "0123456789abcdef", by); fault.KeyOf(err) != "apikey.request" || secret != "" {
			t.Error("with other words:", err)
		}
		if _, secret, err := s.Make(t.Context(), want, "0123456789abcdef", By{Actor: "else@demo.example"}); err != nil || secret == secrets[0] {
			t.Error("somebody else's form:", err)
		}
		at.Advance(time.Hour)
		if _, secret, err := s.Make(t.Context(), want, "0123456789abcdef", by); fault.KeyOf(err) != "apikey.request" || secret != "" {
			t.Error("an hour later:", err)
		}
		kept, err := s.List(t.Context())
		trail, err2 := audit.New(d, at).List(t.Context(), audit.Filter{Limit: 10})
		if len(kept) != 2 || len(trail) != 2 || err != nil || err2 != nil {
			t.Error(kept, trail, err, err2)
		}
	})
}
