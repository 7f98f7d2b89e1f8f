package app

import (
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

func TestScalarsStayAsTheyAreWritten(t *testing.T) {
	p, err := parseDocument("x.yaml", []byte("tills:\n  - key: 0712\n    short_code: 012345\n    sites: [a, 7]\nplans:\n  - key: a\n    price: 10.50\n    hours: 22:00-06:00\n    burst: {up: 1Mbit}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if till := p.Tills[0]; till.Key != "0712" || till.ShortCode != "012345" || till.Sites[1] != "7" {
		t.Errorf("%+v", till)
	}
	if plan := p.Plans[0]; plan.Price != "10.50" || plan.Hours[0] != "22:00-06:00" || plan.Burst.Up != "1Mbit" {
		t.Errorf("%+v", plan)
	}
	for path, line := range map[string]int{"tills[0]": 2, "tills[0].short_code": 3, "plans[0].price": 7, "plans[0].burst.up": 9} {
		if p.lines[path] != line {
			t.Errorf("%s is on line %d, want %d", path, p.lines[path], line)
		}
	}
}

func TestTheFormOfTheFileIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"unknown key":       {"plans:\n  - key: hour\n    prise: 10\n", `line 3, column 5: unknown field "prise"`},
		"unknown part":      {"plan: []\n", `line 1, column 1: unknown field "plan"`},
		"unknown in source": {"tills:\n  - key: a\n    passkey: {path: x}\n", "line 3, column 15"},
		"both places":       {"tills:\n  - key: a\n    passkey: {file: x, env: Y}\n", "write {file: PATH} or {env: NAME}"},
		"twice":             {"plans:\n  - key: a\n    key: b\n", "line 3"},
		"list for a text":   {"plans:\n  - key: [a]\n", "line 2, column 10: a single value belongs here"},
		"text for a list":   {"plans: all\n", "line 1"},
		"no number":         {"plans:\n  - key: a\n    devices: lots\n", "line 3, column 14: a whole number up to a million belongs here"},
		"a huge number":     {"plans:\n  - {key: a, sort: 99999999999}\n", "line 2, column 20: a whole number"},
		"neither":           {"routers:\n  - {name: a, swap: maybe}\n", "line 2, column 21: true or false belongs here"},
		"not closed":        {"plans: [\n", "line 1"},
		"two documents":     {"plans: []\n---\nplans: []\n", "one document"},
		"bad picture":       {"brands:\n  - key: a\n    logo: {png: '!'}\n", "base64"},
	} {
		_, err := parseDocument("dir/x.yaml", []byte(c.body))
		if text := words.Fault(words.English, err); fault.KeyOf(err) != "apply.yaml" || !strings.HasPrefix(text, "x.yaml cannot be read: ") || !strings.Contains(text, c.want) {
			t.Errorf("%s: %v", name, text)
		}
	}
	for _, empty := range []string{"", "# nothing\n", "plans:\n"} {
		if _, err := parseDocument("x.yaml", []byte(empty)); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add(example)
	f.Add("tills:\n  - key: a\n    passkey: {env: X}\n    certificate: |\n      x\n")
	f.Add("a: &a [1]\nb: *a\n")
	f.Add("brands:\n  - logo: {png: aGk=}\n")
	f.Add("brands:\n !0 000")
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := parseDocument("x.yaml", []byte(body)); err != nil && fault.KeyOf(err) != "apply.yaml" {
			t.Error(err)
		}
	})
}
