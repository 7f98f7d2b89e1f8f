package incoming

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/sim/panels"
)

func TestTheSQLOfFreeRADIUS(t *testing.T) {
	text, refused := panels.FreeRADIUS(400)
	b, err := ReadFreeRADIUS(strings.NewReader(text), nairobi)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	if len(b.Refused) != refused || len(b.Customers) != 401-refused {
		t.Fatalf("%d customers, %d refused, not %d", len(b.Customers), len(b.Refused), refused)
	}
	plans := map[string]Plan{}
	for _, p := range b.Plans {
		plans[p.Key] = p
	}
	if g := plans["group:gold"]; g.Rate.UpKbps != 5000 || g.Rate.DownKbps != 20000 || g.Devices != 2 || g.Kind != PPPoE {
		t.Errorf("%+v", g)
	}
	if g := plans["group:silver"]; g.Rate.DownKbps != 8000 || g.Rate.UpKbps != 4000 {
		t.Errorf("%+v", g)
	}
	for _, c := range b.Customers {
		var n int
		s := c.Subscriptions[0]
		_, _ = fmt.Sscanf(s.Login, "u%d", &n)
		plan := []string{"group:gold", "speed:4M/2M", "speed:No limit"}[n%3]
		until := time.Date(2026, 12, 26, 12, 0, 0, 0, nairobi)
		if n%4 == 0 {
			until = until.Add(-12 * time.Hour)
		} else if n%4 == 3 {
			until = time.Unix(1798232400, 0)
		}
		if s.Password != fmt.Sprintf("pass %d", n) || s.Plan != plan || !s.Until.Equal(until) || s.Off != (n == 2) || plans[s.Plan].Key == "" {
			t.Fatalf("%+v", c)
		}
		if n%3 == 1 && s.Address != fmt.Sprintf("10.0.%d.%d", n/250, n%250+1) {
			t.Errorf("%+v", s)
		}
	}
	if c := b.Customers[0]; c.Name != "Amina Otieno" || c.Phone != "0712345678" || c.Address != "Gate 4, Nairobi" || c.Notes[0] != "pays late" || c.Numbers[0] != "u0" {
		t.Errorf("%+v", c)
	}
	kinds := map[string]int{}
	for _, told := range b.Refused {
		kinds[fault.KeyOf(told.Why)]++
	}
	if kinds["incoming.hash"] != 60 || kinds["incoming.any_password"] != 20 || kinds["incoming.no_password"] != 1 {
		t.Error(kinds)
	}
}

func TestAPasswordInTheClearBesideAHashIsEnough(t *testing.T) {
	b, err := ReadFreeRADIUS(strings.NewReader(panels.RadiusSchema+"INSERT INTO radcheck VALUES (1,'a','NT-Password',':=','0CB6'),(2,'a','Cleartext-Password',':=','x'),(3,'b','Expiration',':=','tomorrow'),(4,'b','Cleartext-Password',':=','x'),(5,'b','MD5-Password',':=','x');"), nairobi)
	if err != nil || len(b.Customers) != 1 || b.Customers[0].Subscriptions[0].Password != "x" || fault.KeyOf(b.Refused[0].Why) != "incoming.time" {
		t.Errorf("%+v %v", b, err)
	}
	accounted(t, b)
}

func FuzzRADIUS(f *testing.F) {
	text, _ := panels.FreeRADIUS(25)
	f.Add(text)
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ReadFreeRADIUS(strings.NewReader(s), nairobi)
		if err != nil {
			return
		}
		for name, c := range b.Counts {
			if c.Read != c.Taken+c.Refused {
				t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
			}
		}
	})
}
