package words

import (
	"errors"
	"regexp"
	"slices"
	"testing"

	"mtandao/internal/fault"
)

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

func TestBothLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	en, sw := catalogues[English].keys, catalogues[Swahili].keys
	for key, text := range en {
		other, ok := sw[key]
		if !ok {
			t.Errorf("sw.toml has no %q", key)
			continue
		}
		if text == "" || other == "" {
			t.Errorf("%q is empty", key)
		}
		a, b := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%q has placeholders %v in English and %v in Swahili", key, a, b)
		}
	}
	for key := range sw {
		if _, ok := en[key]; !ok {
			t.Errorf("en.toml has no %q", key)
		}
	}
}

// TestOneOfSomething: a text with a count is said of one, too.
func TestOneOfSomething(t *testing.T) {
	for _, l := range []Lang{English, Swahili} {
		for key, text := range catalogues[l].keys {
			if !slices.Contains(placeholder.FindAllString(text, -1), "{{.Count}}") {
				continue
			}
			for _, n := range []any{0, 1, 2, "1"} {
				if said := Text(l, key, "Count", n); said == "!"+key+"!" {
					t.Errorf("%s cannot be said of %v in %s", key, n, l)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	if got := Text(English, "setting.unknown", "Name", "colour"); got != "There is no setting named colour." {
		t.Error(got)
	}
	if Text(English, "no.such.key") != "!no.such.key!" || Text("fr", "not_found") != Text(English, "not_found") {
		t.Error("a missing key shows itself; an unknown language is English")
	}
	if l, ok := Parse("SW"); !ok || l != Swahili {
		t.Error(l)
	}
	if _, ok := Parse("fr"); ok {
		t.Error("French is not there")
	}
}

func TestFault(t *testing.T) {
	err := fault.Wrap(fault.Conflict, "receipt.too_little", errors.New("inner"), "Amount", "KES 5", "Price", "KES 10")
	if got := Fault(English, err); got != "KES 5 has come in with this code. This plan costs KES 10. Choose a plan for KES 5 or less; your money is safe." {
		t.Error(got)
	}
	if Fault(Swahili, errors.New("secret cause")) != Text(Swahili, "internal") || Fault(English, fault.New(fault.Invalid, "nobody.wrote.this")) != Text(English, "internal") {
		t.Error("anything else is said in general words")
	}
}

func BenchmarkText(b *testing.B) {
	for b.Loop() {
		Text(Swahili, "phone.short")
	}
}

// TestOneSwahiliWordForOneThing: a thing has one name in Swahili on all pages, and not another beside it.
func TestOneSwahiliWordForOneThing(t *testing.T) {
	for another, word := range map[string]string{"namba": "nambari", "nywila": "nenosiri", "arifa": "tahadhari", "hati (ya|za) marejesho": "hati ya punguzo", "usitishaji": "usimamishaji",
		"kutengua|kutenguliwa|tengua|alitengua": "tendua", "kumbusho|ukumbusho": "kikumbusho", "stoo": "ghala", "oda ya ununuzi": "agizo la ununuzi", "dokezo": "maelezo", "floti": "salio",
		"sufuri": "sifuri", "mpaka": "hadi", "opereta|mhudumu": "mwendeshaji", "tunnel": "handaki", "maeneo": "vituo", "faili (la|limefutwa)": "faili ya", "mipango": "vifurushi",
		"wachelewaji": "wanaochelewa kulipa", "tazama|itazame": "angalia", "nambari (ya|za) m-pesa (zili|ili)?andik\\w+": "msimbo wa M-Pesa"} {
		match := regexp.MustCompile(`(?i)\b(` + another + `)\b`)
		for key, text := range catalogues[Swahili].keys {
			if match.MatchString(text) {
				t.Errorf("%q says %q, and elsewhere it is called %s: %s", key, match.FindString(text), word, text)
			}
		}
	}
}
