package backoffice

import (
	"slices"
	"testing"

	"mtandao/internal/words"
)

func TestBeforeAndAfterStandSideBySide(t *testing.T) {
	got := sidesOf(`{"name":"Juma","roles":["cashier"],"id":3765727334364086272,"inner":{"a":1}}`, `{"name":"Juma","roles":["cashier","support"],"id":3765727334364086272,"inner":{"a":2}}`)
	want := []side{{"id", "3765727334364086272", "3765727334364086272", false}, {"inner.a", "1", "2", true}, {"name", "Juma", "Juma", false}, {"roles", "cashier", "cashier\nsupport", true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := sidesOf("", `{"name":"new"}`); len(got) != 1 || got[0].Changed {
		t.Errorf("something new is not a change of every field: %+v", got)
	}
	if got := sidesOf(`"raised"`, "no json"); len(got) != 1 || got[0].Before != "raised" || got[0].After != "no json" {
		t.Errorf("%+v", got)
	}
}

func FuzzSides(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`, `[`)
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, s := range sidesOf(before, after) {
			if s.Changed != (before != "" && s.Before != s.After) {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func TestStoredErrorsAreSaidInWords(t *testing.T) {
	f := &frame{Lang: words.English}
	for stored, want := range map[string]string{
		"unavailable: db.unavailable: dial tcp":  "We cannot reach our records just now. Please try again in a minute.",
		"invalid: staff.role_taken":              "There is a role with this key already.",
		"conflict: staff.no_such_role Role=boss": "There is no role boss.",
		"conflict: staff.no_such_role":           "conflict: staff.no_such_role",
		"context deadline exceeded":              "context deadline exceeded",
		"":                                       "",
	} {
		if got := errorWords(f, stored); got != want {
			t.Errorf("%q is %q", stored, got)
		}
	}
}

func TestBrowsersAreNamed(t *testing.T) {
	p := &recordPage{frame: frame{Lang: words.English}}
	for line, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36": "Chrome · Android",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0":                    "Edge · Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0":                                   "Firefox · Linux",
		"curl/8.0": "Another program",
	} {
		if got := browserName(&p.frame, line); got != want {
			t.Errorf("%q is %q", line, got)
		}
	}
}

func TestKeysAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{"Night shift": "night-shift", "Mhudumu wa saa ya usiku na mchana pia": "mhudumu-wa-saa-ya-usiku-na-mchan", "!": "", "Zoë": "zo", "": ""} {
		if got := shortName(name); got != want {
			t.Errorf("%q is %q", name, got)
		}
	}
}
