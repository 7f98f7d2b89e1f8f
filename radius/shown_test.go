package radius

import (
	"testing"

	"mtandao/radius/access"
)

// TestACodeIsNotShownOfASession: a voucher's code opens something for whoever reads it; the name of a line does not.
func TestACodeIsNotShownOfASession(t *testing.T) {
	code := access.CodeStyle{Random: 9}.New()
	const mac = access.MAC("aabbccddeeff")
	for _, one := range []struct {
		name string
		mac  access.MAC
		want string
	}{{string(code), mac, mac.Colons()}, {code.Grouped(4), mac, mac.Colons()}, {string(code), "", string(code[:2]) + "…" + string(code[len(code)-2:])}, {"jane.akinyi", mac, "jane.akinyi"}, {"jane.akinyi", "", "jane.akinyi"},
		{"", mac, mac.Colons()}, {"", "", ""}} {
		if got := (Session{UserName: one.name, MAC: one.mac}).Shown(); got != one.want {
			t.Errorf("%q of %q is shown as %q, want %q", one.name, one.mac, got, one.want)
		}
	}
}
