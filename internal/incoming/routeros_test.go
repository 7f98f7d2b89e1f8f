package incoming

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/sim/panels"
)

func TestFiveThousandSecretsOfARouter(t *testing.T) {
	var out strings.Builder
	refused := panels.WriteExport(&out, 5000)
	b, err := ReadRouter(strings.NewReader(out.String()), "Kasarani", nairobi)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	if len(b.Refused) != refused || len(b.Customers) != 5000+2-(refused-1) {
		t.Errorf("%d customers, %d refused, not %d: %v", len(b.Customers), len(b.Refused), refused, b.Refused[:3])
	}
	for _, c := range b.Customers {
		var n int
		if _, err := fmt.Sscanf(c.Subscriptions[0].Login, "home%d", &n); err != nil {
			continue
		}
		s := c.Subscriptions[0]
		plan := []string{"home-10", "office 50", "gone"}[n%3]
		if s.Password != panels.SecretPassword(n) || s.Plan != profileMenu+":"+plan || s.Address != fmt.Sprintf("10.20.%d.%d", n/250, n%250+1) || s.Off != (n%100 == 7) ||
			c.Notes[0] != panels.SecretComment(n) || c.Phone != fmt.Sprintf("0712 %03d %03d", n/1000, n%1000) || !strings.HasPrefix(c.Name, fmt.Sprintf("Wanjirũ Mũgo no %d", n)) {
			t.Fatalf("%+v %+v", c, s)
		}
	}
	first, second := b.Customers[len(b.Customers)-2], b.Customers[len(b.Customers)-1]
	if s := first.Subscriptions[0]; !s.Until.Equal(time.Date(2026, 11, 27, 14, 30, 0, 0, nairobi)) || s.Kind != Hotspot || s.Plan != tariffMenu+":daily" {
		t.Errorf("%+v", s)
	}
	if s := second.Subscriptions[0]; s.Kind != MAC || s.MAC != "AA:BB:CC:00:11:22" {
		t.Errorf("%+v", s)
	}
	home := b.Plans[1]
	if home.Name != "home-10" || home.Rate.UpKbps != 5000 || home.Rate.DownKbps != 10000 || home.Rate.Burst.DownKbps != 16000 || home.Rate.Burst.Over != 16*time.Second {
		t.Errorf("%+v", home)
	}
}

func TestLinesOfAnExport(t *testing.T) {
	for text, want := range map[string]string{
		"/ppp secret\nadd name=a password=b\n":                                       "a b",
		"/ppp/secret add name=a password=\"b c\"":                                    "a b c",
		"/ppp secret add name=a password=\"b\\\n    c\"\n":                           "a bc",
		"/ppp secret\nadd name=\\\n    a password=\\\n    \"x\\_y\\22\\E2\\82\\AC\"": "a x y\"€",
		"/ppp secret\nadd name=a password=\"x\\r\\n\\t\\$\\?\"":                      "a x\r\n\t$?",
		"/ppp secret\nadd name=J\xe9r\xf4me password=b":                              "Jérôme b",
	} {
		b, err := ReadRouter(strings.NewReader(text), "R", nairobi)
		if err != nil || len(b.Customers) != 1 {
			t.Errorf("%q: %+v %v", text, b, err)
			continue
		}
		if s := b.Customers[0].Subscriptions[0]; s.Login+" "+s.Password != want {
			t.Errorf("%q gives %q", text, s.Login+" "+s.Password)
		}
	}
	for text, want := range map[string]string{
		"/ppp secret\nadd name=a password=\"b\nadd name=c password=d":  "incoming.open_quote",
		"/ppp secret\nadd name=a password=\"\\q\"":                     "incoming.escape",
		"/ppp secret\nadd name=a":                                      "incoming.hidden",
		"# hide-sensitive\n/ip hotspot user\nadd name=a":               "incoming.hidden",
		"/ppp secret\nadd password=a":                                  "incoming.no_name",
		"/ppp secret\nremove [find]":                                   "incoming.command",
		"/ppp secret\nset [ find name=a ] password=b":                  "incoming.built_in",
		"/ppp secret\nadd name=a password=b service=ovpn":              "incoming.service",
		"/ip hotspot user\nadd name=a password=\"\" profile=\"daily\"": "incoming.no_password",
		"/ppp profile\nadd name=p rate-limit=10M/5M/1M":                "incoming.rate",
	} {
		b, err := ReadRouter(strings.NewReader(text), "R", nairobi)
		if err != nil || len(b.Refused) != 1 || fault.KeyOf(b.Refused[0].Why) != want || !strings.HasPrefix(b.Refused[0].At, "line ") {
			t.Errorf("%q: %+v %v", text, b, err)
		}
	}
}

func TestTheAPIGivesWhatTheExportGives(t *testing.T) {
	b, err := AskRouter(map[string][]map[string]string{
		profileMenu: {{".id": "*0", "name": "default"}, {".id": "*1", "name": "home", "rate-limit": "5M/10M"}},
		secretMenu:  {{".id": "*A", "name": "amina", "password": "x", "profile": "home", "service": "any", "disabled": "true", "comment": "Amina 0712345678", "remote-address": "10.0.0.9"}},
		userMenu:    {{".id": "*0", "name": "default-trial", "default": "true"}, {".id": "*2", "name": "k", "password": "l", "profile": "default", "disabled": "false"}},
	}, "R", nairobi)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	c := b.Customers[0]
	if len(b.Customers) != 2 || c.Name != "Amina" || c.Phone != "0712345678" || !c.Subscriptions[0].Off || c.Subscriptions[0].Address != "10.0.0.9" || len(b.Refused) != 1 {
		t.Errorf("%+v", b)
	}
}

func FuzzExport(f *testing.F) {
	var out strings.Builder
	panels.WriteExport(&out, 12)
	f.Add(out.String())
	f.Add("/ppp secret add name=\"a\\\n  b\" [ find x ] =")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ReadRouter(strings.NewReader(s), "R", nairobi)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range b.Counts {
			if c.Read != c.Taken+c.Refused {
				t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
			}
		}
	})
}

// FuzzQuotedValue: whatever a value is, and wherever the router breaks its line, it comes back.
func FuzzQuotedValue(f *testing.F) {
	f.Add("a b\\\"$;\n é", "x")
	f.Fuzz(func(t *testing.T, name, password string) {
		name, password = readable(name), readable(password)
		if strings.TrimSpace(name) == "" || password == "" || strings.ContainsAny(name+password, "\r\x00") {
			return
		}
		var out strings.Builder
		fmt.Fprint(&out, "/ppp secret\r\n")
		panels.WriteCommand(&out, "add name="+panels.Quoted(name)+" password="+panels.Quoted(password))
		b, err := ReadRouter(strings.NewReader(out.String()), "R", nairobi)
		if err != nil || len(b.Customers) != 1 || b.Customers[0].Subscriptions[0].Login != name || b.Customers[0].Subscriptions[0].Password != password {
			t.Errorf("%q became %+v", out.String(), b)
		}
	})
}
