package customers

import (
	"testing"

	"mtandao/internal/db"
)

// TestASlipIsFound: each slip of a number leads to its customer, and what is further away to nobody.
func TestASlipIsFound(t *testing.T) {
	each(t, func(w office) {
		var c Customer
		err := w.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			c, err = w.Create(tx, Customer{Name: "Wanjiku Mwangi"}, nil, asha)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n := c.Number
		for _, typed := range append(slips(n), n[1:], n[:6], n[:3]+"5"+n[3:], n+"0") {
			if near, err := w.Near(ctx, typed, 5); err != nil || len(near) != 1 || near[0].ID != c.ID {
				t.Errorf("%s, typed for %s, is near %v (%v)", typed, n, near, err)
			}
		}
		other := []byte(n)
		for i := range other[:3] {
			other[i] = '0' + (other[i]-'0'+3)%10
		}
		for _, typed := range []string{"", "house 4", string(other), "0712345678"} {
			if near, err := w.Near(ctx, typed, 5); err != nil || len(near) != 0 {
				t.Errorf("%q is near %v (%v)", typed, near, err)
			}
		}
	})
}
