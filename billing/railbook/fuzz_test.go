package railbook

import (
	"bytes"
	"context"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// FuzzReading: whatever is brought as a statement, a look writes nothing and tells what taking does; each row is counted once, and a second reading finds
// nothing new. What is told can be kept.
func FuzzReading(f *testing.F) {
	s := open(f, testdb.SQLite(f))
	s.paid("SKA0000001", 100)
	s.paid("SKA0000002", 50)
	f.Add([]byte(statement))
	f.Add([]byte(head + in("SKA0000001", 100) + in("SKA0000001", 100) + back("SKR0000001", "SKA0000001", 60) + back("SKR0000002", "SKA0000001", 60)))
	f.Add([]byte("Receipt No.;Completion Time;Paid In;Withdrawn\nSKA0000004;2027-03-03T10:00:00+03:00;92233720368547758,07;\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s.TB = t
		ctx := context.Background()
		before := s.kept()
		told, err := s.Look(ctx, bytes.NewReader(body), 0)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		s.adds(told)
		if s.kept() != before {
			t.Fatal("a look wrote")
		}
		fresh := told.fresh()
		for range 2 {
			took, err := s.Take(ctx, bytes.NewReader(body), 0, asha)
			if err != nil {
				t.Fatal(err)
			}
			s.adds(took)
			if took.fresh() != fresh || took.Reversed != told.Reversed || took.Wrong != told.Wrong || s.kept() != before+told.fresh() {
				t.Fatalf("told %+v, took %+v", told, took)
			}
			fresh = 0
		}
		kept, err := pack(told)
		var read Account
		if err == nil {
			err = unpack(kept, &read)
		}
		if again, _ := pack(&read); err != nil || !bytes.Equal(again, kept) {
			t.Errorf("%+v came back as %+v: %v", *told, read, err)
		}
	})
}

func (a *Account) fresh() (n int) {
	for _, c := range a.Lines {
		n += c.Fresh
	}
	return n
}

// adds wants each row of an account counted once, and sums that did not run over.
func (s *shop) adds(a *Account) {
	s.Helper()
	n := a.Wrong + a.Passed
	for _, c := range a.Lines {
		n += c.Fresh + c.Known
		if c.In < 0 || c.Out < 0 {
			s.Errorf("%+v", c)
		}
	}
	if n != a.Read {
		s.Errorf("%d rows are told of %d: %+v", n, a.Read, a)
	}
}

func (s *shop) kept() int {
	s.Helper()
	var n int64
	if err := s.DB.Read(context.Background()).Model(&lineRow{}).Count(&n).Error; err != nil {
		s.Fatal(err)
	}
	return int(n)
}
