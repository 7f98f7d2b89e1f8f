package railbook

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/report"
	"mtandao/internal/testdb"
)

// paysOut has the till pay out by a code of its own, and another till by the same.
func (s *shop) paysOut() (second billing.Till) {
	s.Helper()
	s.in(func(tx *db.Tx) (err error) {
		s.till.PayoutCode, s.till.Initiator, s.till.InitiatorPassword, s.till.Certificate = "600111", "api", "pw", "PEM"
		if s.till, err = s.bill.SaveTill(tx, s.till); err != nil {
			return err
		}
		second, err = s.bill.SaveTill(tx, billing.Till{Key: "shop", Type: billing.TillPaybill, ShortCode: "600200", PayoutCode: "600111", ConsumerKey: "ck2", ConsumerSecret: "cs", Passkey: "pk", Initiator: "api",
			InitiatorPassword: "pw", Certificate: "PEM", BaseURL: "http://rail.invalid"})
		return err
	})
	return second
}

func charge(receipt string, shillings int64) string {
	return fmt.Sprintf("%s,03-03-2027 10:15:20,Business Payment Charge,Completed,,-%d,9000,Business Payment Charge,600111 - BARAKA,,\n", receipt, shillings)
}

func chargeBack(receipt, linked string, shillings int64) string {
	return fmt.Sprintf("%s,03-03-2027 12:15:20,Business Payment Charge Reversal,Completed,%d,,9000,Charge Reversal,600111 - BARAKA,%s,\n", receipt, shillings, linked)
}

func out(receipt string, shillings int64) string {
	return fmt.Sprintf("%s,03-03-2027 10:15:20,Business Payment to Customer,Completed,,-%d,9000,Business Payment,254712***678 - JANE W,,\n", receipt, shillings)
}

var (
	charged = head + in("SKA0000001", 100) + charge("SKA0000001", 1) + in("SKA0000002", 50) + back("SKR0000001", "SKA0000001", 100) + charge("SKR0000001", 3)
	payout  = strings.Replace(head, "600100", "600111", 1) + out("SKP0000001", 40) + charge("SKP0000001", 5) + charge("SKP0000002", 7) + chargeBack("SKQ0000001", "SKP0000002", 7) +
		back("SKQ0000002", "SKP0000009", 10)
)

// booked wants so many shillings on accounts, and books that prove.
func (s *shop) booked(till, payouts, fees int64) {
	s.Helper()
	ctx := context.Background()
	for account, want := range map[string]int64{ledger.TillClearing: till, ledger.PayoutCodes: payouts, ledger.RailFees: fees} {
		if got, err := s.books.Balance(ctx, account, ""); err != nil || got.Cents != want*100 {
			s.Errorf("account %s holds %v, want %d (%v)", account, got, want, err)
		}
	}
	if told := s.problems(); len(told) > 0 {
		s.Error(told)
	}
}

func (s *shop) problems() (told []string) {
	s.Helper()
	ctx := context.Background()
	problems, err := report.NewProofs(s.DB, s.books, s.bill, s.Service).Prove(ctx)
	if err != nil {
		s.Fatal(err)
	}
	for _, p := range problems {
		told = append(told, p.What)
	}
	if err := s.books.Chain(ctx); err != nil {
		s.Fatal(err)
	}
	books, err := s.books.Verify(ctx)
	if err != nil {
		s.Fatal(err)
	}
	for _, p := range books.Problems {
		told = append(told, p.String())
	}
	return told
}

// TestChargesAreBooked: what the rail charged for payments, reversals and payouts is an expense, once, out of the till or of the code that pays out; what it gave
// back of it is none.
func TestChargesAreBooked(t *testing.T) {
	each(t, func(s *shop) {
		second := s.paysOut()
		ctx := context.Background()
		s.paid("SKA0000001", 100)
		s.paid("SKA0000002", 50)
		if a := s.look(charged); a.Fees != 4_00 || a.PaysOut {
			t.Errorf("%+v", a)
		}
		s.booked(150, 0, 0)
		for _, fees := range []int64{4_00, 0} {
			if a := s.take(charged); a.Fees != fees {
				t.Errorf("%d cents are new, want %d", a.Fees, fees)
			}
			s.booked(46, 0, 4)
		}
		for n, fees := range []int64{5_00, 0, 0} { // the same code pays out for both tills
			a, err := s.Take(ctx, strings.NewReader(payout), []int64{0, second.ID, s.till.ID}[n], asha)
			if err != nil || a.Fees != fees || !a.PaysOut || a.ShortCode != "600111" || a.TillID != s.till.ID || a.Reversed != 0 || a.of(incoming.LineChargeBack).In != 7_00 {
				t.Errorf("%+v, %v", a, err)
			}
			s.idle()
			s.booked(46, -5, 9)
		}
		got, err := s.Charges(ctx, s.till.ID, []string{"SKP0000001", "SKR0000001", "SKA0000002"})
		if err != nil || len(got) != 2 || got["SKP0000001"].Cents != 5_00 || got["SKR0000001"].Cents != 3_00 {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := s.Look(ctx, strings.NewReader(strings.Replace(head, "600100", "600112", 1)), 0); fault.KeyOf(err) != "statement.other_till" {
			t.Error(err)
		}
	})
}

// TestTwoBookTheSameCharges at once, of two statements that overlap.
func TestTwoBookTheSameCharges(t *testing.T) {
	each(t, func(s *shop) {
		s.paysOut()
		till, pays := head, strings.Replace(head, "600100", "600111", 1)
		for n := range 40 {
			till += charge(fmt.Sprintf("SKA%07d", n), 1)
			pays += out(fmt.Sprintf("SKP%07d", n), 20) + charge(fmt.Sprintf("SKP%07d", n), 2)
		}
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				if _, err := s.Take(context.Background(), strings.NewReader([]string{till, pays}[n%2]), 0, asha); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.booked(-40, -80, 120)
	})
}

// TestKilledWhileBooking: cut at any write and read again, each charge is booked once.
func TestKilledWhileBooking(t *testing.T) {
	each(t, func(s *shop) {
		s.paysOut()
		s.paid("SKA0000001", 100)
		s.paid("SKA0000002", 50)
		killer := testdb.NewKiller(s, s.DB, testdb.Within("mtandao/billing/railbook.(*Service).Take"))
		for _, text := range []string{charged, payout} {
			kills := 0
			for n := range 60 {
				killer.Once(n)
				_, err := s.Take(context.Background(), strings.NewReader(text), 0, asha)
				killer.Spare()
				if err == nil {
					break
				}
				kills++
				if told := s.problems(); len(told) > 0 {
					t.Fatalf("after a kill at write %d: %v", n, told)
				}
			}
			if kills < 6 {
				t.Errorf("%d were cut", kills)
			}
		}
		s.idle()
		s.booked(46, -5, 9)
	})
}

// TestATamperedChargeIsNamed: each column of each line that is booked is changed, each is taken out, and one is made up.
func TestATamperedChargeIsNamed(t *testing.T) {
	each(t, func(s *shop) {
		s.paysOut()
		s.paid("SKA0000001", 100)
		s.paid("SKA0000002", 50)
		s.take(charged)
		s.take(payout)
		s.booked(46, -5, 9)
		for _, table := range []string{"statement_lines", "payout_lines"} {
			var ids []int64
			if err := s.DB.Read(context.Background()).Raw("SELECT id FROM "+table+" WHERE kind IN ?", incoming.Charges).Scan(&ids).Error; err != nil || len(ids) < 2 {
				t.Fatal(ids, err)
			}
			s.tampersWith(table, ids)
		}
		s.booked(46, -5, 9)
	})
}

func (s *shop) tampersWith(table string, ids []int64) {
	s.Helper()
	exec := func(query string, args ...any) {
		s.Helper()
		if _, err := s.DB.SQL().Exec(query, args...); err != nil {
			s.Fatal(err, query)
		}
	}
	exec("CREATE TABLE saved AS SELECT * FROM " + table)
	defer exec("DROP TABLE saved")
	found := func(id int64, what string) {
		s.Helper()
		if told := strings.Join(s.problems(), "\n"); !strings.Contains(told, fmt.Sprint(id)) {
			s.Errorf("%s of %s %d, and it is not named: %q", what, table, id, told)
		}
		exec("DELETE FROM " + table)
		exec("INSERT INTO " + table + " SELECT * FROM saved")
	}
	to := map[string]string{"at": "'2027-01-01 00:00:00'", "said": "X'0102'", "receipt": "'SKX0000001'", "kind": "'other'", "linked": "'SKX0000001'", "code": "'600119'", "balance_cents": "NULL"}
	for _, id := range ids {
		for _, column := range testdb.Columns(s, s.DB, table) {
			value := to[column]
			if column == "id" {
				value = "id + 1000000"
			} else if value == "" {
				value = column + " + 1"
			}
			exec("UPDATE "+table+" SET "+column+" = "+value+" WHERE id = ?", id)
			found(id, column+" was changed")
		}
		exec("DELETE FROM "+table+" WHERE id = ?", id)
		found(id, "the row was taken out")
	}
	made := []string{}
	for _, column := range testdb.Columns(s, s.DB, table) {
		switch column {
		case "id":
			column = "id + 1000000"
		case "receipt":
			column = "'SKX0000001'"
		}
		made = append(made, column)
	}
	exec("INSERT INTO "+table+" ("+strings.Join(testdb.Columns(s, s.DB, table), ", ")+") SELECT "+strings.Join(made, ", ")+" FROM saved WHERE id = ?", ids[0])
	found(ids[0]+1000000, "a row was made up")
}
