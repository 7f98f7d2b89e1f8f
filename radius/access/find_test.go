package access

import (
	"context"
	"fmt"
	"testing"

	"mtandao/internal/db"
)

// TestANameThatReadsAsACodeIsFound: of names like home0017 every one in thirty or so has the right check symbol of a code.
func TestANameThatReadsAsACodeIsFound(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "home", hour, ""))
		codes := 0
		for n := range 120 {
			name := fmt.Sprintf("home%04d", n)
			if _, ok := ReadCode(name); !ok {
				continue
			}
			codes++
			h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, name, "s3cret") })
			if found, err := h.Find(context.Background(), name); err != nil || len(found) != 1 || found[0].ID != given.GrantID {
				t.Errorf("%s: %+v %v", name, found, err)
			}
		}
		if codes == 0 {
			t.Error("none of these names reads as a code")
		}
	})
}
