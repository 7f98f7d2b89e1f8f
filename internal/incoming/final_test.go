package incoming

import (
	"bytes"
	"strings"
	"testing"

	"mtandao/internal/sim/panels"
)

// balanced wants every row to be accounted for, keys to be unique, and no money lost or made.
func balanced(t *testing.T, b *Batch) {
	t.Helper()
	for name, c := range b.Counts {
		if c.Read != c.Taken+c.Refused || c.Read < 0 {
			t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
		}
	}
	seen := map[string]bool{}
	for _, c := range b.Customers {
		if c.Key == "" || seen[c.Key] {
			t.Errorf("the key %q of %q", c.Key, c.Name)
		}
		seen[c.Key] = true
		for _, s := range c.Subscriptions {
			if s.Key == "" || s.Login == "" && s.MAC == "" || isHash(s.Password) {
				t.Errorf("%+v of %q", s, c.Name)
			}
		}
	}
	if groups, err := b.Proof(); err == nil {
		for _, g := range groups {
			if !g.Holds() {
				t.Errorf("%+v", g)
			}
		}
	}
}

// FuzzNux reads what may be PHPNuxBill's dump, packed or not.
func FuzzNux(f *testing.F) {
	var out strings.Builder
	panels.WritePHPNuxBill(&out, 6, 1)
	f.Add([]byte(out.String()))
	f.Add([]byte(packed(f, out.String())))
	f.Add([]byte(wide(panels.Schema)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if b, err := ReadPHPNuxBill(bytes.NewReader(file), nairobi); err == nil {
			balanced(t, b)
		}
	})
}

// FuzzAsk reads what a router's API may answer.
func FuzzAsk(f *testing.F) {
	f.Add("/ppp/secret", "amina", "x", "default", "pppoe", "false", "10.0.0.9", "home;paid", "1d", "5M/10M")
	f.Add("/ip/hotspot/user", "02:A1:B2:C3:D4:AA", "", "day", "", "true", "", "\xff", "00:00:00", "")
	f.Add("/ppp/profile", "gold", "", "", "", "", "", "", "", "0/0 1/1 1/1 0/0 8 0/0")
	f.Fuzz(func(t *testing.T, menu, name, password, profile, service, disabled, address, comment, uptime, rate string) {
		props := map[string]string{".id": "*1", "name": name, "password": password, "profile": profile, "service": service, "disabled": disabled, "remote-address": address, "address": address,
			"comment": comment, "limit-uptime": uptime, "rate-limit": rate, "mac-address": name}
		b, err := AskRouter(map[string][]map[string]string{menu: {props, props}, "/ppp/secret": {props}}, "R", nairobi)
		if err == nil {
			balanced(t, b)
		}
	})
}

// FuzzColumns reads tables whose columns somebody named.
func FuzzColumns(f *testing.F) {
	f.Add("Jina,Mtumiaji,Siri,Mpango,Salio\nAmina,amina,x,Home,\"1,200.50\"\n", "Jina", "Mtumiaji", "Siri", "Mpango", "Salio")
	f.Add("a;b;c;d;e\n1;2;3;4;-5\n", "a", "b", "c", "d", "e")
	f.Fuzz(func(t *testing.T, file, name, login, password, plan, balance string) {
		columns := map[string]string{"name": name, "login": login, "password": password, "plan": plan, "balance": balance}
		if b, err := ReadCSV(strings.NewReader(file), CSVOptions{Columns: columns, Zone: nairobi}); err == nil {
			balanced(t, b)
		}
	})
}
