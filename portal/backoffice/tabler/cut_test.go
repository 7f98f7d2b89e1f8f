package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// console is what the pages use today.
func console(t *testing.T) use {
	t.Helper()
	used, err := usage(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func TestTheConsolesStyleSheetIsCutAnew(t *testing.T) {
	kept, err := os.ReadFile("../assets/tabler.css")
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != cut(whole, console(t)) {
		t.Error("a page uses something else of Tabler now: run go generate ./portal/backoffice")
	}
	if len(kept) > 40_000 || !strings.Contains(string(kept), "Licensed under MIT") {
		t.Errorf("%d octets; want 40,000 at most, with the licence", len(kept))
	}
}

// defines is whether a style sheet has a rule for a class, by its text alone.
func defines(css, class string) bool {
	return regexp.MustCompile(`\.` + regexp.QuoteMeta(class) + `[^\w-]`).MatchString(css)
}

func TestEachClassOfThePagesHasItsLook(t *testing.T) {
	ours, err := os.ReadFile("../assets/office.css")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := os.ReadDir("../pages")
	if err != nil {
		t.Fatal(err)
	}
	cutDown, seen := cut(whole, console(t)), 0
	for _, page := range pages {
		text, err := os.ReadFile("../pages/" + page.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, attribute := range regexp.MustCompile(`class="([\w -]+)`).FindAllStringSubmatch(string(text), -1) {
			for class := range strings.FieldsSeq(attribute[1]) {
				seen++
				if defines(whole, class) && !defines(cutDown, class) {
					t.Errorf("%s uses Tabler's .%s, which is cut away", page.Name(), class)
				}
				if !defines(cutDown, class) && !defines(string(ours), class) {
					t.Errorf("%s uses .%s, which neither style sheet knows", page.Name(), class)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d classes were found in the pages", seen)
	}
}

func TestCut(t *testing.T) {
	used := use{classes: map[string]bool{"btn": true, "x": true}, elements: map[string]bool{"a": true}, attributes: map[string]bool{"href": true}, variables: map[string]bool{"--ours": true}}
	for _, one := range []struct{ name, rule, want string }{
		{"a class of the pages", ".btn{color:red}", ".btn{color:red}\n"},
		{"another class", ".badge{color:red}", ""},
		{"a list of both", ".badge,.btn,a .badge{color:red}", ".btn{color:red}\n"},
		{"longer than the name", ".btn-lg{color:red}", ""},
		{"what is not, does not matter", "a:not(.badge):hover::after{color:red}", "a:not(.badge):hover::after{color:red}\n"},
		{"an element", "table a{color:red}", ""},
		{"an attribute", "a[href],a[disabled]{color:red}", "a[href]{color:red}\n"},
		{"braces and commas in a text", `.btn{content:"};,"}.x{top:0}`, ".btn{content:\"};,\"}\n.x{top:0}\n"},
		{"a drawing in an address", `.btn{background:url("data:image/svg+xml,{;}")}`, ".btn{background:url(\"data:image/svg+xml,{;}\")}\n"},
		{"a group with something left", "@media print{.badge{top:0}.btn{top:0}}", "@media print{\n.btn{top:0}\n}\n"},
		{"a group with nothing left", "@media print{.badge{top:0}}", ""},
		{"variables in a chain", ":root{--a:var(--b);--b:1;--c:var(--d);--d:2;--ours:3}.btn{top:var(--a)}", ":root{--a:var(--b);--b:1;--ours:3}\n.btn{top:var(--a)}\n"},
		{"animations", "@keyframes spin{to{rotate:1turn}}@keyframes fade{to{opacity:0}}.btn{animation:1s spin}", "@keyframes spin{to{rotate:1turn}}\n.btn{animation:1s spin}\n"},
		{"a comment", "/* .btn{ */.btn{top:0}", ".btn{top:0}\n"},
	} {
		_, got, _ := strings.Cut(cut("/*! free */"+one.rule, used), "/*! free */\n")
		if got != one.want {
			t.Errorf("%s: %q became %q, want %q", one.name, one.rule, got, one.want)
		}
	}
}
