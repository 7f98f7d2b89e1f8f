package bulk

import (
	"context"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

// TestUndoIsExact: what was changed is changed back, and nothing that was left, failed, or was changed by somebody else since: before the look, after it, or while it is done. What was undone can be
// done again.
func TestUndoIsExact(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 20)
		h.switches(1) // off already
		h.lamps.broken = 2
		r := h.looked(everything, asha)
		h.switches(3) // off since the look
		was := h.does(r.ID, asha)
		if was.State != Done || was.Would != 19 || was.Done != 17 || was.Left != 2 || was.Skipped != 1 || was.Failed != 1 {
			t.Errorf("%+v", was)
		}
		h.switches(4) // on again
		h.switches(5)
		h.switches(5) // on and off again: it looks as it was left
		back := h.undoing(r.ID, asha)
		if back.Kind != Resume || back.UndoOf != r.ID || back.Found != 17 || back.Would != 15 || back.Left != 2 {
			t.Errorf("%+v", back)
		}
		h.switches(6) // after the look
		h.lamps.broken = 0
		back = h.does(back.ID, asha)
		if back.State != Done || back.Done != 14 || back.Left != 3 || back.Failed != 0 {
			t.Errorf("%+v", back)
		}
		for id, want := range map[int64]string{1: "not in it", 2: "not in it", 3: "not in it", 4: "bulk.changed_since", 5: "bulk.changed_since", 6: "bulk.changed_since", 7: "done"} {
			if got := h.why(back.ID, id); got != want {
				t.Errorf("%d: %s, want %s", id, got, want)
			}
		}
		for id, l := range h.all() {
			if want := map[int64]int64{1: 0, 3: 0, 5: 0}; id < 6 && l.Lit != want[id] && id != 2 && id != 4 || id > 6 && (l.Lit != 1 || l.Switched != 2) {
				t.Errorf("lamp %d is %+v", id, l)
			}
		}
		if newest, err := h.UndoneBy(context.Background(), r.ID); err != nil || newest.ID != back.ID {
			t.Error(newest.ID, err)
		}
		twice := h.undoing(r.ID, asha)
		if twice.Would != 0 || twice.Left != 17 {
			t.Errorf("undone twice: %+v", twice)
		}
		forth := h.undoing(back.ID, asha)
		if forth.Kind != Pause || forth.Would != 14 || forth.NeedsReason() {
			t.Errorf("%+v", forth)
		}
		if forth = h.does(forth.ID, asha); forth.Done != 14 {
			t.Errorf("%+v", forth)
		}
	})
}

// TestRightsAreAskedWhenItIsDone, not only when it is picked: who loses them changes nothing more.
func TestRightsAreAskedWhenItIsDone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 12)
		r := h.looked(everything, asha)
		h.lamps.between = func(id int64) {
			switch m := h.crew[asha.Member]; id {
			case 4:
				m.Sites = []int64{2}
				h.crew[asha.Member] = m
			case 8:
				m.State = staff.Disabled
				h.crew[asha.Member] = m
			}
		}
		got := h.does(r.ID, asha)
		if got.State != Done || got.Done != 6 || got.Skipped != 6 { // 1 to 4; then only 5 and 8, at site 2
			t.Errorf("%+v", got)
		}
		if h.why(r.ID, 9) != "bulk.not_theirs" || h.all()[9].Switched != 0 {
			t.Error("what is not theirs any more was switched")
		}
		if back := h.undoing(r.ID, brian); back.Would != 3 || back.Left != 3 { // 2, 5 and 8
			t.Errorf("somebody else takes back what is not theirs: %+v", back)
		}
	})
}
