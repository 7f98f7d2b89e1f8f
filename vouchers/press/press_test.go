package press

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &printRow{}) })
}

var by = vouchers.By{Actor: "juma@example.com", From: "10.0.0.1"}

// shop is a press with real vouchers, whose parts are small.
type shop struct {
	*testing.T
	*Service
	clock *clock.Manual
	cards *vouchers.Service
	batch vouchers.Batch
	cut   func(serial int) error // called for each card; nil: never cut
}

// CopyPiece implements Vouchers: what is being made may be cut at any card.
func (s *shop) CopyPiece(ctx context.Context, deedID int64, first, last int, each func(vouchers.Batch, vouchers.Voucher) error) error {
	return s.cards.CopyPiece(ctx, deedID, first, last, func(b vouchers.Batch, v vouchers.Voucher) error {
		if s.cut != nil {
			if err := s.cut(v.Serial); err != nil {
				return err
			}
		}
		return each(b, v)
	})
}

func (s *shop) Batch(ctx context.Context, id int64) (vouchers.Batch, error) {
	return s.cards.Batch(ctx, id)
}
func (s *shop) OrderCopy(tx *db.Tx, c vouchers.Copying, by vouchers.By) (int64, error) {
	return s.cards.OrderCopy(tx, c, by)
}
func (s *shop) StopCopy(tx *db.Tx, id int64) error { return s.cards.StopCopy(tx, id) }

func open(t *testing.T, d *db.DB, size int) *shop {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, clock: clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))}
	log := slog.New(slog.DiscardHandler)
	queue := jobs.New(d, s.clock, log)
	sites := site.New(d, s.clock)
	menu := plans.New(d, s.clock)
	s.cards = vouchers.New(vouchers.Options{DB: d, Jobs: queue, Keys: keys, Clock: s.clock, Plan: s.clock, Log: log, Ledger: ledger.New(d, s.clock), Plans: menu, Sites: sites,
		Grants: access.New(d, queue, keys, s.clock, sites)})
	dress := func(p Print, b vouchers.Batch) (*sheets.Paper, error) {
		l, err := sheets.LayoutOf(p.Layout)
		if err != nil {
			return nil, err
		}
		return sheets.New(sheets.Look{Batch: b, Site: site.Site{Slug: "here", Name: "Here", Timezone: "Africa/Nairobi"}, Brand: site.Brand{Name: "Baraka", Accent: "#0b6e4f", AccentInk: "#ffffff"},
			Lang: p.Lang, Home: "https://wifi.example", At: p.CreatedAt}, l)
	}
	s.Service = New(Options{DB: d, Jobs: queue, Keys: keys, Clock: s.clock, Log: log, Vouchers: s, Dress: dress, Folder: filepath.Join(t.TempDir(), "prints"), Node: "a"})
	s.partCards = 100
	var plan plans.Plan
	if err := d.InTx(t.Context(), func(tx *db.Tx) error {
		if _, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"}); err != nil {
			return err
		}
		plan, err = menu.Save(tx, plans.Plan{Key: "hour", NameEN: "1 hour", Price: money.KES(1000), Limits: access.Limits{Time: time.Hour, TimeKind: access.Calendar, Devices: 1}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	b, err := s.cards.Place(t.Context(), vouchers.Wish{PlanID: plan.ID, Size: size}, by)
	if err == nil {
		s.batch, err = s.cards.Make(t.Context(), b.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// work runs the jobs that are due, for a while.
func (s *shop) work() {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = s.Jobs.Run(running) })
	if err := s.Jobs.Idle(ctx); err != nil {
		s.Fatal(err)
	}
	stop()
	done.Wait()
}

func (s *shop) order(layout string) Print {
	s.Helper()
	p, err := s.Order(s.Context(), Print{BatchID: s.batch.ID, Layout: layout, Lang: "en"}, by)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *shop) state(id int64, state string, done int) Print {
	s.Helper()
	p, err := s.Get(s.Context(), id)
	if err != nil || p.State != state || p.Done != done {
		s.Fatalf("%+v, want %s at %d: %v", p, state, done, err)
	}
	return p
}

// take is the file of a print: the text of all of its parts, which are texts.
func (s *shop) take(id int64) (name, text string) {
	s.Helper()
	f, err := s.File(s.Context(), id, by)
	if err != nil {
		s.Fatal(err)
	}
	var body bytes.Buffer
	if err := f.Write(s.Context(), &body); err != nil {
		s.Fatal(err)
	}
	packed, err := zip.NewReader(bytes.NewReader(body.Bytes()), int64(body.Len()))
	if err != nil {
		return f.Name, body.String()
	}
	for _, one := range packed.File {
		in, err := one.Open()
		if err != nil {
			s.Fatal(err)
		}
		part, err := io.ReadAll(in)
		if err != nil {
			s.Fatal(err)
		}
		text += one.Name + "\n" + string(part)
	}
	return f.Name, text
}

// TestAPrintIsMadeAndHadForADay: parts, their seals, the trail, the end.
func TestAPrintIsMadeAndHadForADay(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 250)
		p := s.order("text")
		if _, err := s.File(t.Context(), p.ID, by); fault.KeyOf(err) != "print.not_ready" {
			t.Error("a print that is not made gives", err)
		}
		s.work()
		s.state(p.ID, Ready, 250)
		name, text := s.take(p.ID)
		if want := strings.Count(text, "HTTPS://WIFI.EXAMPLE/V/HERE/"); name != "batch-1-1-250-text.zip" || want != 250 || strings.Count(text, "batch-1-") != 3 {
			t.Errorf("%s with %d links:\n%.300s", name, want, text)
		}
		files, err := filepath.Glob(filepath.Join(s.Folder, "*"))
		if err != nil || len(files) != 3 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			info, e := os.Stat(f)
			if err != nil || e != nil || bytes.Contains(body, []byte("WIFI.EXAMPLE")) || info.Mode().Perm() != 0o600 {
				t.Errorf("%s is open to all: %v, %v", f, err, e)
			}
		}
		s.audited("vouchers print", 1)
		s.audited("vouchers print taken", 1)
		s.clock.Advance(Kept + time.Minute)
		if err := s.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.state(p.ID, Gone, 250)
		if _, err := s.File(t.Context(), p.ID, by); fault.KeyOf(err) != "print.not_ready" {
			t.Error("a day later it gives", err)
		}
		if files, _ := filepath.Glob(filepath.Join(s.Folder, "*")); len(files) != 0 {
			t.Error("these files stay:", files)
		}
	})
}

func (s *shop) audited(action string, want int) {
	s.Helper()
	var n int
	if err := s.DB.SQL().QueryRow("SELECT COUNT(*) FROM audit_events WHERE action = ?", action).Scan(&n); err != nil || n != want {
		s.Errorf("%d of %q are on the trail, want %d: %v", n, action, want, err)
	}
}

// TestACrashCostsAPartAtMost: a print that is cut in the second part goes on there, as one deed; the file is what it would have been.
func TestACrashCostsAPartAtMost(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 250)
		p := s.order("csv")
		s.work()
		if _, whole := s.take(p.ID); strings.Count(whole, "\n") != 251 {
			t.Errorf("a table has %d lines", strings.Count(whole, "\n"))
		}
		p = s.order("24") // a part is four sheets
		seen, cuts := map[int]int{}, 0
		s.cut = func(serial int) error {
			if seen[serial]++; serial == 150 && cuts < 3 {
				cuts++
				return errors.New("the machine died")
			}
			return nil
		}
		s.work()
		for range 3 {
			s.clock.Advance(time.Minute)
			s.work()
		}
		s.state(p.ID, Ready, 250)
		if cuts != 3 || seen[96] != 1 || seen[97] != 4 || seen[193] != 1 || seen[250] != 1 {
			t.Errorf("after %d cuts card 96 was drawn %d times, 97 %d, 193 %d, 250 %d", cuts, seen[96], seen[97], seen[193], seen[250])
		}
		deeds, err := s.cards.DeedsOf(t.Context(), s.batch.ID)
		if err != nil || len(deeds) != 2 || deeds[0].Done != 250 || deeds[0].As() != "24" || deeds[1].As() != "csv" {
			t.Errorf("%+v, %v", deeds, err)
		}
		s.cut = nil
		again := s.order("24")
		s.work()
		s.state(again.ID, Ready, 250)
		if _, whole := s.take(p.ID); strings.Count(whole, "%PDF-") != 3 || !strings.Contains(whole, "batch-1-1-96-24.pdf") || !strings.Contains(whole, "batch-1-193-250-24.pdf") {
			t.Errorf("the parts are not those wanted: %.100q", whole)
		}
		path := s.path(p.ID, part{number: 2, first: 97, last: 192})
		body, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, body[:len(body)-20], 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if f, err := s.File(t.Context(), p.ID, by); err != nil || f.Write(t.Context(), io.Discard) == nil {
			t.Error("a part that lost its end is given away", err)
		}
	})
}

// TestAPrintThatIsCancelledIsNoPaper: at any card; what is printed next is no copy. Another node takes over from one that is silent.
func TestAPrintThatIsCancelledIsNoPaper(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 1200)
		s.partCards = 700
		p := s.order("24")
		s.cut = func(serial int) error {
			if serial == 900 {
				return s.Cancel(t.Context(), p.ID, by)
			}
			return nil
		}
		s.work()
		s.state(p.ID, Cancelled, 696)
		if files, _ := filepath.Glob(filepath.Join(s.Folder, "*")); len(files) != 0 {
			t.Error("these files stay:", files)
		}
		if err := s.Cancel(t.Context(), p.ID, by); fault.KeyOf(err) != "print.not_making" {
			t.Error("cancelled again:", err)
		}
		s.audited("vouchers print cancelled", 1)
		s.cut = nil
		copies := 0
		err := s.cards.Export(t.Context(), vouchers.Copying{BatchID: s.batch.ID, As: "24"}, by, func(_ vouchers.Batch, v vouchers.Voucher) error { copies += v.Prints; return nil })
		if err != nil || copies != 0 {
			t.Errorf("%d cards are copies, %v", copies, err)
		}
		p = s.order("50")
		if _, err := s.DB.SQL().Exec("UPDATE voucher_prints SET node = 'b' WHERE id = ?", p.ID); err != nil {
			t.Fatal(err)
		}
		s.work()
		s.state(p.ID, Making, 0)
		s.clock.Advance(silentFor + time.Minute)
		s.work()
		s.state(p.ID, Ready, 1200)
	})
}

// TestWhatCannotBePrintedIsRefused before anything is written.
func TestWhatCannotBePrintedIsRefused(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 30)
		for want, p := range map[string]Print{"paper.layout": {Layout: "99"}, "voucher.range": {Layout: "24", First: 1, Last: 31}} {
			p.BatchID, p.Lang = s.batch.ID, "en"
			if _, err := s.Order(t.Context(), p, by); fault.KeyOf(err) != want {
				t.Errorf("%s is %v", want, err)
			}
		}
		if all, err := s.Newest(t.Context()); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
	})
}
