package witness

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// line is a row of a table that the test makes up; any with an id would do.
type line struct {
	ID   int64
	Name string
	At   *time.Time
	Code []byte
}

func TestWhatIsNotAsItWasKept(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &proofRow{})
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		at, ctx := time.Date(2026, 11, 26, 8, 0, 0, 123_456_789, time.UTC), context.Background()
		rows := []line{{ID: 1, Name: "a"}, {ID: 2, Name: "b", At: &at}, {ID: 3, Code: []byte{1, 2}}}
		of := func(all []line) (said []Row) {
			for _, r := range all {
				said = append(said, Row{r.ID, r})
			}
			return said
		}
		w := New(d, keys, "vouchers")
		keep := func(all ...Row) {
			t.Helper()
			if err := d.InTx(ctx, func(tx *db.Tx) error { return w.Keep(tx, all...) }); err != nil {
				t.Fatal(err)
			}
		}
		wrong := func(what string, all []line, want ...int64) {
			t.Helper()
			got, err := w.Wrong(ctx, of(all)...)
			if ids := slices.Sorted(maps.Keys(got)); err != nil || !slices.Equal(ids, want) {
				t.Errorf("%s: %v are wrong, want %v (%v)", what, got, want, err)
			}
			for id, why := range got {
				if made := id == 4; made != (why == unwritten) || made == (why == changed) {
					t.Errorf("%s: %d %s", what, id, why)
				}
			}
		}
		keep(of(rows)...)
		wrong("as kept", rows)
		if err := keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		short := at.Truncate(time.Millisecond) // as MariaDB keeps it
		changed := slices.Clone(rows)
		changed[1].At = &short
		wrong("after the keys were rotated, to the millisecond", changed)
		changed[0].Name, changed[2].Code = "aa", []byte{1, 2, 3}
		wrong("changed", changed, 1, 3)
		keep(of(changed)...)
		wrong("kept anew", changed)
		wrong("what it was before", rows, 1, 3)
		wrong("made up", []line{{ID: 4, Name: "a"}}, 4)
		if other, err := New(d, keys, "resellers").Wrong(ctx, of(changed)...); err != nil || len(other) != 3 {
			t.Errorf("%v of another table are wrong, %v", other, err)
		}
		if gone, err := w.Gone(ctx); err != nil || !slices.Equal(gone, []int64{1, 2, 3}) {
			t.Errorf("%v are gone, %v", gone, err)
		}
	})
}
