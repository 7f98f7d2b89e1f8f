package mikrotik

import (
	"fmt"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/sim/router"
)

// TestLocalSecretsAreReadAndSwitched: with their passwords by an account that may see them, in one command for many, and all or nothing.
func TestLocalSecretsAreReadAndSwitched(t *testing.T) {
	for _, version := range []string{six, seven} {
		c := router.BareConfiguration(version)
		var script strings.Builder
		script.WriteString("/ppp profile add name=homes rate-limit=5M/10M\n")
		for n := range 60 {
			fmt.Fprintf(&script, "/ppp secret add name=house%d password=\"s3cret %d\" profile=homes service=pppoe\n", n, n)
		}
		mustRun(t, c, script.String())
		r := admin(reached(t, c))
		d := New()
		defer d.Close()
		items, err := d.Items(t.Context(), r, "/ppp/secret", "/ppp/profile", "/no/such/menu")
		if err != nil || len(items["/ppp/secret"]) != 60 || items["/ppp/secret"][7]["password"] != "s3cret 7" || len(items["/ppp/profile"]) < 2 {
			t.Fatalf("%s: %v %v", version, items["/ppp/secret"], err)
		}
		var ids []string
		for _, i := range items["/ppp/secret"][:50] {
			ids = append(ids, i[".id"])
		}
		count := func() (off int) {
			items, err := d.Items(t.Context(), r, "/ppp/secret")
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items["/ppp/secret"] {
				if i["disabled"] == "true" {
					off++
				}
			}
			return off
		}
		if err := d.Switch(t.Context(), r, "/ppp/secret", ids, true); err != nil || count() != 50 {
			t.Errorf("%s: %d are off: %v", version, count(), err)
		}
		if err := d.Switch(t.Context(), r, "/ppp/secret", ids, false); err != nil || count() != 0 {
			t.Errorf("%s: %d are off: %v", version, count(), err)
		}
		if err := d.Switch(t.Context(), r, "/ppp/secret", []string{"*1; /system reboot"}, true); fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: an id that is none: %v", version, err)
		}
	}
}
