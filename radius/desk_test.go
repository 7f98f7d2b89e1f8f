package radius

import (
	"context"
	"testing"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func (b *bench) cutOff(t testing.TB, id int64) (enforcementID int64, err error) {
	t.Helper()
	err = b.db.InTx(context.Background(), func(tx *db.Tx) error {
		enforcementID, err = b.CutOff(tx, id)
		return err
	})
	return enforcementID, err
}

func (b *bench) openNow(t testing.TB, w Which) []Online {
	t.Helper()
	w.Limit = 50
	open, err := b.OpenSessions(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	return open
}

// TestASessionIsCutOffByHand: a person finds it, ends it once, and sees what became of it.
func TestASessionIsCutOffByHand(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.coa.answers(answerWith(codec.CodeDisconnectACK))
		b.applied(t, aStart)
		for name, w := range map[string]Which{"all": {}, "of its site": {Sites: []int64{3}}, "of its router": {RouterID: 7}, "by its device": {MAC: testMAC}} {
			if open := b.openNow(t, w); len(open) != 1 {
				t.Errorf("%s: %d", name, len(open))
			}
		}
		for name, w := range map[string]Which{"of another site": {Sites: []int64{4}}, "of no site": {Sites: []int64{}}, "of another router": {RouterID: 8}, "by another device": {MAC: "112233445566"},
			"that should be over": {Ending: true}} {
			if open := b.openNow(t, w); len(open) != 0 {
				t.Errorf("%s: %d", name, len(open))
			}
		}
		session := b.openNow(t, Which{})[0]
		first, err := b.cutOff(t, session.ID)
		if err != nil || first == 0 {
			t.Fatal(first, err)
		}
		if again, err := b.cutOff(t, session.ID); again != first && !fault.Is(err, fault.NotFound) {
			t.Errorf("asked again: %d, not %d: %v", again, first, err)
		}
		e := b.enforcement(t, WantDisconnect, Done, gone)
		if e.ID != first || e.Cause != string(causeStaff) {
			t.Errorf("%+v", e)
		}
		if _, err := b.cutOff(t, session.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a session that is over: %v", err)
		}
		if err := b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.TryAgain(tx, e.ID) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("what is done is tried again: %v", err)
		}
	})
}

// TestWhatWasGivenUpIsTriedAgain: the router has come back, and a person does not make the guest pay twice.
func TestWhatWasGivenUpIsTriedAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.dialect.fails(fault.New(fault.Invalid, "router.no_api"), nil)
		b.emit(t, "grant resumed", atGate)
		e := b.enforcement(t, WantLogIn, GivenUp, noWay)
		b.dialect.fails(nil, nil)
		if err := b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.TryAgain(tx, e.ID) }); err != nil {
			t.Fatal(err)
		}
		eventually(t, "told again", func() bool {
			again, err := b.Enforcement(context.Background(), e.ID)
			return err == nil && again.State == Done
		})
		for state, want := range map[string]int{Done: 1, GivenUp: 0, "": 1} {
			if all, err := b.Enforcements(context.Background(), Which{State: state, Limit: 50}); err != nil || len(all) != want {
				t.Errorf("%q: %d %v", state, len(all), err)
			}
		}
	})
}
