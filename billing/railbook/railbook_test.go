package railbook

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// shop is a provider with a till, to which money comes by hand.
type shop struct {
	testing.TB
	*Service
	clock *clock.Manual
	bill  *billing.Service
	books *ledger.Ledger
	till  billing.Till
}

func each(t *testing.T, f func(s *shop)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(open(t, d)) })
}

func open(t testing.TB, d *db.DB) *shop {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	s := &shop{TB: t, clock: clock.NewManual(time.Date(2027, 3, 4, 9, 0, 0, 0, time.UTC))}
	queue, sites := jobs.New(d, s.clock, quiet), site.New(d, s.clock)
	s.books = ledger.New(d, s.clock)
	s.bill = billing.New(billing.Options{DB: d, Jobs: queue, Keys: keys, Clock: s.clock, Log: quiet, Ledger: s.books, Plans: plans.New(d, s.clock), Sites: sites,
		Grants: access.New(d, queue, keys, s.clock, sites), Settings: settings.New(d, s.clock)})
	s.Service = New(Options{DB: d, Jobs: queue, Keys: keys, Clock: s.clock, Log: quiet, Ledger: s.books, Money: s.bill})
	s.in(func(tx *db.Tx) (err error) {
		s.till, err = s.bill.SaveTill(tx, billing.Till{Key: "main", Type: billing.TillPaybill, ShortCode: "600100", ConsumerKey: "ck", ConsumerSecret: "cs", Passkey: "pk", BaseURL: "http://rail.invalid"})
		return err
	})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return s
}

func (s *shop) in(f func(tx *db.Tx) error) {
	s.Helper()
	d := s.bill.DB
	if err := d.InTx(context.Background(), f); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) idle() {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Jobs.Idle(ctx); err != nil {
		s.Fatal(err)
	}
}

// paid brings money in that nobody knows the owner of.
func (s *shop) paid(receipt string, shillings int64) {
	s.Helper()
	_, err := s.bill.Settle(context.Background(), billing.Evidence{Kind: billing.ByConfirm, TillID: s.till.ID, Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0"}, Receipt: receipt,
		Amount: money.Shillings(shillings), Payer: "2547 ***** 001", Reference: "KIOSK", At: s.clock.Now()})
	if err != nil {
		s.Fatal(err)
	}
}

// holds wants so many shillings in the till and in suspense, and books that prove.
func (s *shop) holds(shillings int64) {
	s.Helper()
	ctx := context.Background()
	for account, want := range map[string]int64{ledger.TillClearing: shillings, ledger.Suspense: -shillings} {
		if got, err := s.books.Balance(ctx, account, ""); err != nil || got.Cents != want*100 {
			s.Errorf("account %s holds %v, want %d (%v)", account, got, want, err)
		}
	}
	if problems, err := report.NewProofs(s.DB, s.books, s.bill, s.Service).Prove(ctx); err != nil || len(problems) > 0 {
		s.Errorf("%v, %v", problems, err)
	}
}

func (s *shop) lines(want int64) {
	s.Helper()
	var n int64
	if err := s.DB.Read(context.Background()).Model(&lineRow{}).Count(&n).Error; err != nil || n != want {
		s.Errorf("%d lines are kept, want %d (%v)", n, want, err)
	}
}

const head = "Short Code:,600100\nReceipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\n"

func in(receipt string, shillings int64) string {
	return fmt.Sprintf("%s,03-03-2027 10:15:20,Pay Bill,Completed,%d,,9000,Pay Utility,254712***678 - JANE W,,KIOSK\n", receipt, shillings)
}

func back(code, receipt string, shillings int64) string {
	return fmt.Sprintf("%s,03-03-2027 11:15:20,Pay Bill Reversal,Completed,,-%d,9000,Pay Bill Reversal,254712***678 - JANE W,%s,\n", code, shillings, receipt)
}

var statement = head + in("SKA0000001", 100) + in("SKA0000002", 50) + "nonsense,03-03-2027 10:15:20,Pay Bill,Completed,5,,,,,,\n" + back("SKR0000001", "SKA0000001", 100) + back("SKR0000009", "SKA0000009", 70)

var asha = By{Actor: "asha", From: "10.0.0.9", Member: 7}

func (s *shop) look(text string) *Account {
	s.Helper()
	a, err := s.Look(context.Background(), strings.NewReader(text), 0)
	if err != nil {
		s.Fatal(err)
	}
	return a
}

func (s *shop) take(text string) *Account {
	s.Helper()
	a, err := s.Take(context.Background(), strings.NewReader(text), 0, asha)
	if err != nil {
		s.Fatal(err)
	}
	s.idle()
	return a
}

func (s *shop) says(a *Account, fresh, known int, states ...billing.ReversalState) {
	s.Helper()
	f, k := 0, 0
	for _, l := range a.Lines {
		f, k = f+l.Fresh, k+l.Known
	}
	if f != fresh || k != known || len(a.Found) != len(states) {
		s.Fatalf("%d new, %d known, %+v; want %d, %d, %v", f, k, a.Found, fresh, known, states)
	}
	for n, want := range states {
		if a.Found[n].State != want {
			s.Errorf("reversal %d is %s, want %s", n, a.Found[n].State, want)
		}
	}
}

// TestAStatementIsReadOnce: a look tells what would be and changes nothing; read, it is so; read again, or another that overlaps it, nothing is.
func TestAStatementIsReadOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.paid("SKA0000001", 100)
		s.paid("SKA0000002", 50)
		for range 2 {
			a := s.look(statement)
			s.says(a, 4, 0, billing.ReversalTaken, billing.ReversalFound)
			if a.Wrong != 1 || a.Bad[0].Row != 5 || a.Bad[0].Key != "incoming.receipt" || a.Found[0].Placed != billing.PlacedSuspense || a.ShortCode != "600100" || a.of("in").In != 150_00 || a.of("reversal").Out != 170_00 {
				t.Errorf("%+v", a)
			}
			s.idle()
			s.holds(150)
			s.lines(0)
		}
		s.says(s.take(statement), 4, 0, billing.ReversalTaken, billing.ReversalFound)
		s.holds(50)
		s.lines(4)
		s.says(s.take(statement), 0, 4, billing.ReversalTaken, billing.ReversalFound)
		s.says(s.look(statement), 0, 4, billing.ReversalTaken, billing.ReversalFound)
		s.says(s.take(head+in("SKA0000002", 50)+in("SKA0000003", 5)+in("SKA0000003", 5)+back("SKR0000002", "SKA0000002", 20)), 2, 2, billing.ReversalTaken)
		s.holds(30)
		s.lines(6)
		s.paid("SKA0000009", 70) // the one that waited
		s.idle()
		s.holds(30)
	})
}

// TestTwoReadOneStatement at once, and each line is kept once, each reversal taken back once.
func TestTwoReadOneStatement(t *testing.T) {
	each(t, func(s *shop) {
		text := head
		for n := range 300 {
			s.paid(fmt.Sprintf("SKA%07d", n), 10)
			text += in(fmt.Sprintf("SKA%07d", n), 10)
		}
		for n := range 30 {
			text += back(fmt.Sprintf("SKR%07d", n), fmt.Sprintf("SKA%07d", n*7), 10)
		}
		var both sync.WaitGroup
		var fresh atomic.Int64
		for range 4 {
			both.Go(func() {
				a, err := s.Take(context.Background(), strings.NewReader(text), 0, asha)
				if err != nil {
					t.Error(err)
					return
				}
				for _, l := range a.Lines {
					fresh.Add(int64(l.Fresh))
				}
			})
		}
		both.Wait()
		s.idle()
		if fresh.Load() != 330 {
			t.Errorf("%d lines were new to somebody", fresh.Load())
		}
		s.lines(330)
		s.holds(2700)
	})
}

// TestKilledWhileReading: cut at any write and read again, in the end all is as if it had never been cut.
func TestKilledWhileReading(t *testing.T) {
	each(t, func(s *shop) {
		s.paid("SKA0000001", 100)
		s.paid("SKA0000002", 50)
		killer, kills := testdb.NewKiller(s, s.DB, testdb.Within("mtandao/billing/railbook.(*Service).Take")), 0
		for n := range 60 {
			killer.Once(n)
			_, err := s.Take(context.Background(), strings.NewReader(statement), 0, asha)
			killer.Spare()
			if err == nil {
				break
			}
			kills++
			s.idle()
			if problems, err := report.NewProofs(s.DB, s.books, s.bill, s.Service).Prove(context.Background()); err != nil || len(problems) > 0 {
				t.Fatalf("after a kill at write %d: %v, %v", n, problems, err)
			}
		}
		if kills == 0 {
			t.Error("nothing was cut")
		}
		s.says(s.take(statement), 0, 4, billing.ReversalTaken, billing.ReversalFound)
		s.lines(4)
		s.holds(50)
	})
}

// TestAFileOfTheConsole is looked at, confirmed by a member, kept once, and gone.
func TestAFileOfTheConsole(t *testing.T) {
	each(t, func(s *shop) {
		ctx := context.Background()
		s.paid("SKA0000001", 100)
		bring := func(text string) File {
			t.Helper()
			f, err := s.Bring(ctx, 0, `C:\files\march.csv`, strings.NewReader(text), asha)
			if err != nil {
				t.Fatal(err)
			}
			s.idle()
			if f, err = s.File(ctx, f.ID); err != nil {
				t.Fatal(err)
			}
			return f
		}
		f := bring(statement)
		a, err := s.Account(ctx, f.ID)
		if err != nil || f.State != Told || f.Name != "march.csv" || a.Reversed != 2 {
			t.Fatalf("%+v, %+v, %v", f, a, err)
		}
		s.holds(100)
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.Confirm(ctx, f.ID, asha); err == nil {
					won.Add(1)
				} else if fault.KeyOf(err) != "statement.moved" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.idle()
		f, err = s.File(ctx, f.ID)
		if err != nil || won.Load() != 1 || f.State != Taken || f.Octets != 0 {
			t.Errorf("%d confirmed, %+v, %v", won.Load(), f, err)
		}
		s.holds(0)
		s.lines(4)
		if body, err := s.pieces(ctx, f.ID, pieceFile); err != nil || len(body) > 0 {
			t.Errorf("the file is here still: %d, %v", len(body), err)
		}
		wrong := bring("a,b,c\n")
		if wrong.State != Failed || fault.KeyOf(wrong.Reason) != "incoming.no_statement" {
			t.Errorf("%+v", wrong)
		}
		if err := s.Drop(ctx, wrong.ID, asha); err != nil {
			t.Error(err)
		}
		if err := s.Drop(ctx, f.ID, asha); fault.KeyOf(err) != "statement.moved" {
			t.Errorf("what is kept was removed: %v", err)
		}
		old := bring(statement)
		s.clock.Advance(keptFor + time.Hour)
		if err := s.Clean(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := s.File(ctx, old.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if all, err := s.Files(ctx, 0, 10); err != nil || len(all) != 1 {
			t.Error(all, err)
		}
	})
}

// TestWhichTill: a statement of another short code is refused, and one that says none needs to be told.
func TestWhichTill(t *testing.T) {
	each(t, func(s *shop) {
		ctx := context.Background()
		look := func(text string, till int64) string {
			if _, err := s.Look(ctx, strings.NewReader(text), till); err != nil {
				return fault.KeyOf(err)
			}
			return ""
		}
		bare := head[strings.Index(head, "\n")+1:]
		if key := look(bare, 0); key != "" {
			t.Errorf("the only till: %s", key)
		}
		var second billing.Till
		s.in(func(tx *db.Tx) (err error) {
			second, err = s.bill.SaveTill(tx, billing.Till{Key: "shop", Type: billing.TillPaybill, ShortCode: "600200", ConsumerKey: "ck2", ConsumerSecret: "cs", Passkey: "pk", BaseURL: "http://rail.invalid"})
			return err
		})
		for n, one := range []struct {
			text string
			till int64
			want string
		}{{bare, 0, "statement.which_till"}, {bare, second.ID, ""}, {head, 0, ""}, {head, s.till.ID, ""}, {head, second.ID, "statement.other_till"}, {strings.Replace(head, "600100", "999999", 1), 0, "statement.other_till"}} {
			if key := look(one.text, one.till); key != one.want {
				t.Errorf("%d: %q, want %q", n, key, one.want)
			}
		}
		for _, wrong := range []string{"", strings.Repeat("x", MostOctets+1)} {
			if _, err := s.Bring(ctx, 0, "x", strings.NewReader(wrong), asha); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		}
	})
}

func TestModels(t *testing.T) {
	each(t, func(s *shop) { testdb.ModelsMatch(t, s.DB, &lineRow{}, &payoutLineRow{}, &fileRow{}, &pieceRow{}) })
}
