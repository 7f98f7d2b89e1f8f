package cutover

import (
	"fmt"
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
