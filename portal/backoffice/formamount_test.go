package backoffice

import (
	"strings"
	"testing"

	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/themes"
)

func TestAmountsStandInTwoBoxes(t *testing.T) {
	for _, c := range []struct {
		value        string
		units        []string
		number, unit string
	}{
		{"", timeIn, "", "h"}, {"1h", timeIn, "1", "h"}, {"1d2h", timeIn, "26", "h"}, {"7d", timeIn, "1", "w"}, {"30d", timeIn, "30", "d"}, {"1h30m", timeIn, "90", "m"},
		{"45s", timeIn, "45", "s"}, {"90d12h", timeIn, "2172", "h"}, {"1.5GB", dataIn, "1.5", "GB"}, {"1073741.824kB", dataIn, "1073741.824", "kB"},
		{"512kbit", rateIn, "512", "kbit"}, {"2.048Mbit", rateIn, "2.048", "Mbit"}, {"", rateIn, "", "Mbit"},
	} {
		if number, unit := amountOf(c.value, c.units); number != c.number || unit != c.unit {
			t.Errorf("%q: %q %q", c.value, number, unit)
		}
	}
	if got := withUnit(dataIn, "kB"); len(got) != len(dataIn)+1 {
		t.Errorf("%v: what is stored cannot be chosen", got)
	}
}

func TestHoursStandInRows(t *testing.T) {
	rows := windowRows(words.English, "22:00-06:00\nsat,sun 08:00-24:00")
	if len(rows) != 3 || rows[0].From != "22:00" || !rows[0].Days[0].Here || rows[1].To != "00:00" || rows[1].Days[0].Here || !rows[1].Days[5].Here || rows[2].From != "" {
		t.Errorf("%+v", rows)
	}
	if rows := windowRows(words.English, ""); len(rows) != leastWindows {
		t.Errorf("%+v", rows)
	}
}

func TestAWeekIsDrawnPastMidnight(t *testing.T) {
	sunday := access.Hours{{Days: [7]bool{true}, From: 22 * 60, To: 6 * 60}}
	drawn := string(week(words.English, sunday))
	for _, bar := range []string{`<rect x="260" y="73" width="20" height="9">`, `<rect x="40" y="1" width="60" height="9">`} { // Sunday evening, Monday morning
		if !strings.Contains(drawn, bar) {
			t.Errorf("%s is not in %s", bar, drawn)
		}
	}
}

func TestShortNamesFitAddresses(t *testing.T) {
	for name, want := range map[string]string{"Baraka Wi-Fi": "baraka-wi-fi", "  Café Ngong! ": "caf-ngong", "1 hour": "1-hour", "": "", "!!": "",
		strings.Repeat("ab ", 20): "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab"} {
		if got := shortName(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestAnAmountThatMayBeEmptyIsNotAskedForByTheBrowser(t *testing.T) {
	l, err := newLook("form")
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []bool{true, false} {
		page := &formPage{frame: frame{Lang: words.English}, Action: "/", Sections: []section{{Fields: []formField{{Name: "price", As: asMoney, Must: must}}}}}
		body, _, err := l.html("form", page, themes.Tokens{})
		if err != nil || strings.Contains(string(body), "required") != must {
			t.Errorf("must %v: %v\n%s", must, err, body)
		}
	}
}

func TestOneTickOfSeveralIsEnoughForTheBrowser(t *testing.T) {
	l, err := newLook("form")
	if err != nil {
		t.Fatal(err)
	}
	for as, want := range map[kindOf]int{asTicks: 0, asRadio: 2} { // a browser takes required of each tick for itself, of radio buttons for all together
		page := &formPage{frame: frame{Lang: words.English}, Action: "/", Sections: []section{{Fields: []formField{{Name: "kinds", As: as, Must: true, Choices: []choice{{Value: "a"}, {Value: "b"}}}}}}}
		body, _, err := l.html("form", page, themes.Tokens{})
		if got := strings.Count(string(body), "required"); err != nil || got != want {
			t.Errorf("%s: %d required, want %d: %v", as, got, want, err)
		}
	}
}
