package subscriptions

import (
	"testing"

	"mtandao/billing/plans"
)

// TestLinesOfAState are listed newest first, everywhere and at sites, page by page.
func TestLinesOfAState(t *testing.T) {
	each(t, func(w *shop) {
		w.sell("home", 100, plans.Prepaid, 5_000)
		var ids []int64
		for n := range 6 {
			sub := w.line("home")
			ids = append(ids, sub.ID)
			if _, err := w.DB.SQL().Exec("UPDATE subscriptions SET state = ?, site_id = ? WHERE id = ?", []Status{Paused, Ended}[n/3], 70+n%2, sub.ID); err != nil {
				t.Fatal(err)
			}
		}
		for _, list := range []struct {
			which  Which
			before int64
			want   []int
		}{
			{Which{Status: Paused}, 0, []int{2, 1}}, {Which{Status: Paused}, ids[1], []int{0}}, {Which{Status: Ended}, 0, []int{5, 4}}, {Which{Status: Ended, Sites: []int64{70}}, 0, []int{4}},
			{Which{Status: Paused, Sites: []int64{70, 71}}, 0, []int{2, 1}}, {Which{Status: Paused, Sites: []int64{70, 71}}, ids[2], []int{1, 0}}, {Which{Status: Ended, PlanKey: "home"}, 0, []int{5, 4}}, {Which{Status: Active}, 0, nil},
		} {
			got, err := w.List(w.Context(), list.which, list.before, 2)
			if err != nil || len(got) != len(list.want) {
				t.Fatalf("%+v: %d, %v", list.which, len(got), err)
			}
			for n, at := range list.want {
				if got[n].ID != ids[at] {
					t.Errorf("%+v: the %d. is %d, not %d", list.which, n+1, got[n].ID, ids[at])
				}
			}
		}
	})
}
