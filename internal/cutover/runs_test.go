package cutover

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestAnImportIsOfOneRun: a run that begins again goes on with its own import, however many begin it at once; another of the same source has one of its
// own, and taking that back leaves what the first brought.
func TestAnImportIsOfOneRun(t *testing.T) {
	each(t, func(h *house) {
		var mu sync.Mutex
		ids := map[int64]bool{}
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				id, err := h.begin(ctx, "csv", "source 1", asha)
				mu.Lock()
				defer mu.Unlock()
				if ids[id] = true; err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(ids) != 1 || h.count("imports") != 1 {
			t.Fatalf("one run has the imports %v", ids)
		}
		first, second := h.wish(), h.wish()
		first.Run, second.Run = "source 1", "source 2"
		other, err := h.Import(ctx, table(t, 30, func(row int, fields []string) {
			fields[1], fields[2], fields[3] = fmt.Sprintf("0711%06d", row), fmt.Sprint("N-", row), fmt.Sprint("new", row)
		}), second, asha)
		if err != nil || ids[other.ImportID] {
			t.Fatalf("the second run went on with the import of the first: %v", err)
		}
		mine, err := h.Import(ctx, table(t, 20, nil), first, asha)
		if err != nil || !ids[mine.ImportID] || h.count("imports") != 2 || h.count("import_runs") != 0 {
			t.Fatalf("the first run did not go on with its own: %v", err)
		}
		h.goesBack(other.ImportID, 30, 30)
		if h.count("customers") != 20 {
			t.Errorf("%d customers are left of the first run", h.count("customers"))
		}
		h.goesBack(mine.ImportID, 20, 20)
		again, err := h.Import(ctx, table(t, 20, nil), first, asha)
		if err != nil || again.ImportID == mine.ImportID {
			t.Errorf("an import that was taken back goes on: %v", err)
		}
	})
}

// TestALongKeyIsRefused: what would not fit into the column by which a row is known again is told in the dry run, and stops nothing.
func TestALongKeyIsRefused(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 4, func(row int, fields []string) {
			switch row {
			case 2:
				fields[2] = strings.Repeat("7", longestRowKey)
			case 3:
				fields[3] = strings.Repeat("x", longestRowKey)
			}
		})
		for _, again := range []bool{false, true} {
			r, err := h.Import(ctx, b, h.wish(), asha)
			if err != nil {
				t.Fatal(err)
			}
			tally, was := r.Tally(), Fresh
			if again {
				was = There
			}
			if tally["customer"][was] != 3 || tally["customer"][Refused] != 1 || tally["line"][was] != 2 || tally["line"][Refused] != 1 {
				t.Errorf("%v", tally)
			}
		}
		if h.count("customers") != 3 || h.count("subscriptions") != 2 {
			t.Error("not the others came")
		}
	})
}
