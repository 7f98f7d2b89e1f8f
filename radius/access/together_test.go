package access

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/db"
)

func TestOneDeviceOfManyIsAccepted(t *testing.T) {
	eachHouse(t, func(h *house) {
		for _, n := range []int{2, 2, 2, 2, 50} {
			given := h.give(h.offer(fmt.Sprint(h.db.ID()), "hour", hour, ""))
			code := h.code(given.GrantID)
			var in, full atomic.Int64
			together(n, func(i int) {
				switch got := h.byName(code, "", MAC(fmt.Sprintf("0b%010x", i))); got.Cause {
				case CauseOK:
					in.Add(1)
				case CauseDevicesFull:
					full.Add(1)
				default:
					t.Errorf("device %d: %s, %v", i, got.Cause, got.Err)
				}
			})
			if in.Load() != 1 || full.Load() != int64(n-1) {
				t.Errorf("of %d devices %d were accepted, %d refused", n, in.Load(), full.Load())
			}
			if g, _, _ := h.view(given.GrantID); g.State != Active {
				t.Errorf("%+v", g)
			}
		}
	})
}

func TestOneOnceLoginOfMany(t *testing.T) {
	eachHouse(t, func(h *house) {
		many := hour
		many.Devices = 20
		given := h.give(h.offer("1", "hour", many, ""))
		var name, secret string
		h.tx(func(tx *db.Tx) (err error) {
			name, secret, err = h.OnceLogin(tx, given.GrantID, time.Minute)
			return err
		})
		var in atomic.Int64
		together(20, func(i int) {
			if h.byName(name, secret, MAC(fmt.Sprintf("0b%010x", i))).Cause == CauseOK {
				in.Add(1)
			}
		})
		if in.Load() != 1 {
			t.Errorf("%d devices used it", in.Load())
		}
	})
}

func TestOneGrantOfOneSource(t *testing.T) {
	eachHouse(t, func(h *house) {
		answers := make([]Given, 50)
		together(50, func(i int) {
			err := h.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
				answers[i], err = h.Give(tx, h.offer("1", "hour", hour, phone))
				return err
			})
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		for i, got := range answers {
			if got != answers[0] || got.How != GivenNew {
				t.Errorf("caller %d got %+v, caller 0 %+v", i, got, answers[0])
			}
		}
		var grants, sources int
		_ = h.db.SQL().QueryRow("SELECT COUNT(*) FROM grants").Scan(&grants)
		_ = h.db.SQL().QueryRow("SELECT COUNT(*) FROM grant_sources").Scan(&sources)
		if grants != 1 || sources != 1 {
			t.Errorf("%d grants of %d sources", grants, sources)
		}
		h.wantEmitted(answers[0].GrantID, map[string]int{GrantOpened: 1})
	})
}

func TestManyPurchasesOfOneDeviceAreOneGrant(t *testing.T) {
	eachHouse(t, func(h *house) {
		together(20, func(i int) {
			err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
				_, err := h.Give(tx, h.offer(fmt.Sprint(i), "hour", hour, phone))
				return err
			})
			if err != nil {
				t.Errorf("purchase %d: %v", i, err)
			}
		})
		got, err := h.LiveFor(context.Background(), h.here, phone)
		if err != nil || len(got) != 1 || got[0].Limits.Time != 20*time.Hour {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestUseSumsExactlyAndEndsOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "data", Limits{DataBytes: 5000}, phone))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		together(25, func(i int) {
			for range 4 {
				if err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
					return h.Use(tx, []Used{{GrantID: given.GrantID, Time: time.Second, Bytes: 100}})
				}); err != nil {
					t.Errorf("caller %d: %v", i, err)
				}
			}
		})
		g, _, _ := h.view(given.GrantID)
		if g.UsedBytes != 10000 || g.UsedTime != 100*time.Second || g.State != Ended || g.EndCause != "data_used" {
			t.Errorf("%+v", g)
		}
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantEnded: 1})
	})
}

func TestClaimAgainstEnd(t *testing.T) {
	eachHouse(t, func(h *house) {
		for i := range 12 {
			given := h.give(h.offer(fmt.Sprint(i), "hour", hour, ""))
			code := h.code(given.GrantID)
			var admitted Admission
			var ended atomic.Int64
			together(3, func(i int) {
				if i == 0 {
					admitted = h.byName(code, "", phone)
					return
				}
				err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
					won, err := h.End(tx, given.GrantID, "refunded")
					if won {
						tx.AfterCommit(func() { ended.Add(1) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			g, slots, _ := h.view(given.GrantID)
			if g.State != Ended || ended.Load() != 1 || g.EndCause != "refunded" {
				t.Errorf("ended %d times: %+v", ended.Load(), g)
			}
			in := admitted.Cause == CauseOK
			if in != (slots[0].MAC == phone) || in == g.FirstUsedAt.IsZero() || (!in && admitted.Cause != CauseEnded) {
				t.Errorf("admitted %s, but slot %+v, first use %v", admitted.Cause, slots[0], g.FirstUsedAt)
			}
			h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantEnded: 1})
		}
	})
}

func TestQueueAgainstEnd(t *testing.T) {
	eachHouse(t, func(h *house) {
		for i := range 12 {
			mac := MAC(fmt.Sprintf("0c%010x", i))
			a := h.give(h.offer(fmt.Sprintf("a%d", i), "hour", hour, mac))
			var b Given
			together(2, func(n int) {
				err := h.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
					if n == 0 {
						b, err = h.Give(tx, h.offer(fmt.Sprintf("b%d", i), "day", Limits{Time: 24 * time.Hour}, mac))
					} else {
						_, err = h.End(tx, a.GrantID, "refunded")
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			if g, _, _ := h.view(b.GrantID); g.AfterGrantID != 0 {
				t.Errorf("%s: waits for an ended grant", b.How)
			}
			h.wantEmitted(b.GrantID, map[string]int{GrantOpened: 1})
		}
	})
}

func TestManyDevicesBuyAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		together(50, func(i int) {
			mac := MAC(fmt.Sprintf("0e%010x", i))
			err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
				_, err := h.Give(tx, h.offer(fmt.Sprint(1000+i), "hour", hour, mac))
				return err
			})
			if err != nil {
				t.Errorf("purchase %d: %v", i, err)
			}
			h.wantCause(fmt.Sprintf("device %d", i), h.byMAC(mac), CauseOK)
		})
	})
}
