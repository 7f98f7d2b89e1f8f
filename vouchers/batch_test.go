package vouchers

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

func TestABatchTooEasyToGuess(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		w := Wish{PlanID: k.hour.ID, SiteID: k.here, Size: 1000, Style: access.CodeStyle{Random: 8, Digits: true}}
		_, err := k.Place(context.Background(), w, office)
		want := "8 random symbols of 10 make 100,000,000 codes, and 1,000 would be in use, so one try in 100,000 hits. It must be one in 10,000,000 or more: take 10 random symbols."
		if fault.KeyOf(err) != "voucher.odds" || !strings.Contains(words.Fault(words.English, err), want) {
			t.Errorf("%v", words.Fault(words.English, err))
		}
		w.Style.Random = 10
		k.batch(w)
		// With those in use, as many again are too many; at another site, too, where who tries one of here is told that it is.
		for _, site := range []int64{k.here, k.there, 0} {
			w.SiteID = site
			if _, err := k.Place(context.Background(), w, office); fault.KeyOf(err) != "voucher.odds" {
				t.Errorf("%v", err)
			}
		}
		w.Style.Random = 11
		k.batch(w)
	})
}

func TestPrefixAndLength(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 300, Style: access.CodeStyle{Random: 10, Prefix: "KT"}})
		seen := map[access.Code]bool{}
		for _, code := range k.codes(b) {
			if read, ok := access.ReadCode(string(code)); !ok || read != code || !strings.HasPrefix(string(code), "KT") || len(code) != 13 || seen[code] {
				t.Fatalf("%s", code)
			}
			seen[code] = true
		}
		for _, bad := range []access.CodeStyle{{Random: 4}, {Random: 20}, {Random: 9, Prefix: "OIL"}, {Random: 12, Digits: true, Prefix: "A"}, {Random: 9, Prefix: "ABCDE"}} {
			if _, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, Size: 1, Style: bad}, office); fault.KeyOf(err) != "voucher.style" {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

var errKilled = errors.New("killed")

// TestMakingSurvivesAKill: the program dies before and after each commit, and again; no serial is missing or doubled.
func TestMakingSurvivesAKill(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := newKiosk(t, d)
		b, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, SiteID: k.here, Size: 3*largestPiece + 7}, office)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n++ {
			before := n%2 == 0
			more, err := k.makeKilled(b.ID, before)
			if err != nil && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			now, _ := k.Batch(context.Background(), b.ID)
			if stock, err := k.Stock(context.Background(), b.ID); err != nil || stock.All() != now.Made {
				t.Fatalf("%d vouchers, and the batch says %d (%v)", stock.All(), now.Made, err)
			}
			if !before && !more {
				break
			}
		}
		b, _ = k.Batch(context.Background(), b.ID)
		if b.State != Ready || b.Made != b.Size || len(k.codes(b)) != b.Size {
			t.Errorf("%+v", b)
		}
		k.idle() // the job that was left finds nothing to do
		k.states(b, map[State]int{Made: b.Size})
	})
}

// makeKilled makes some and dies before their commit, or after it.
func (k *kiosk) makeKilled(batchID int64, before bool) (more bool, err error) {
	if !before {
		return k.makeSome(context.Background(), batchID)
	}
	b, err := k.Batch(context.Background(), batchID)
	if err != nil || b.State != Making {
		return false, err
	}
	some, err := k.draw(b, min(largestPiece, b.Size-b.Made))
	if err != nil {
		return false, err
	}
	return true, k.DB.InTx(context.Background(), func(tx *db.Tx) error {
		if _, err := k.makeIn(tx, b, some); err != nil {
			return err
		}
		return errKilled
	})
}

// TestTwoMakersOfOneBatch: whoever of a batch's makers ends, with pieces of their own size, leaves none to make.
func TestTwoMakersOfOneBatch(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		for range 20 {
			b, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, SiteID: k.here, Size: largestPiece + 1}, office)
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for n := range 3 {
				maker := *k.Service
				maker.making = newPieces()
				maker.making.smaller.Store(int32(n))
				all.Go(func() {
					if made, err := maker.Make(context.Background(), b.ID); err != nil || made.State != Ready || made.Made != b.Size {
						t.Errorf("%+v (%v)", made, err)
					}
				})
			}
			all.Wait()
			k.states(b, map[State]int{Made: b.Size})
		}
	})
}

func TestACancelledBatch(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, SiteID: k.here, Size: 2 * largestPiece, Live: true}, office)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.makeSome(context.Background(), b.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.Cancel(context.Background(), b.ID, office); err != nil {
			t.Fatal(err)
		}
		k.idle()
		b, _ = k.Batch(context.Background(), b.ID)
		k.states(b, map[State]int{Void: largestPiece})
		if _, err := k.redeemBy(k.codes(b)[0], 1); fault.KeyOf(err) != "code.unknown" {
			t.Error(err)
		}
		if err := k.Cancel(context.Background(), b.ID, office); fault.KeyOf(err) != "voucher.not_making" {
			t.Error(err)
		}
	})
}

func TestPiecesFollowTheMachine(t *testing.T) {
	p := newPieces()
	for _, step := range []struct {
		took time.Duration
		size int
	}{{5 * time.Millisecond, 128}, {13 * time.Millisecond, 64}, {30 * time.Millisecond, 32}, {5 * time.Millisecond, 32}, {time.Millisecond, 64}, {time.Second, 32},
		{time.Second, 16}, {time.Second, 8}, {time.Second, 8}, {time.Millisecond, 16}} {
		if p.took(step.took); p.size() != step.size {
			t.Errorf("after %s the next is %d, want %d", step.took, p.size(), step.size)
		}
	}
}
