package notify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMeasure(t *testing.T) {
	tests := []struct {
		name, text, encoding string
		units, parts         int
	}{
		{"empty", "", GSM7, 0, 0},
		{"one", "a", GSM7, 1, 1},
		{"a full one", strings.Repeat("a", 160), GSM7, 160, 1},
		{"one more splits at 153", strings.Repeat("a", 161), GSM7, 161, 2},
		{"two full", strings.Repeat("a", 306), GSM7, 306, 2},
		{"three", strings.Repeat("a", 307), GSM7, 307, 3},
		{"extension counts two", "[~]", GSM7, 6, 1},
		{"euro", strings.Repeat("€", 80), GSM7, 160, 1},
		{"an escaped pair is not split", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), GSM7, 306, 3},
		{"all national letters of the alphabet", "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r", GSM7, 43, 1},
		{"cedilla is outside", "ç", UCS2, 1, 1},
		{"backtick is outside", "`", UCS2, 1, 1},
		{"tab is outside", "\t", UCS2, 1, 1},
		{"a full UCS-2", strings.Repeat("ш", 70), UCS2, 70, 1},
		{"one more splits at 67", strings.Repeat("ш", 71), UCS2, 71, 2},
		{"emoji are two units", strings.Repeat("😀", 35), UCS2, 70, 1},
		{"a surrogate pair is not split", strings.Repeat("😀", 67), UCS2, 134, 3},
		{"Swahili", "Karibu tena. Muda wako umeisha, lipa KES 50 upate siku moja.", GSM7, 60, 1},
	}
	for _, tt := range tests {
		if got := Measure(tt.text); got != (Size{tt.encoding, tt.units, tt.parts}) {
			t.Errorf("%s: %+v, want %s %d units %d parts", tt.name, got, tt.encoding, tt.units, tt.parts)
		}
	}
}

func TestPlain(t *testing.T) {
	got := Plain("Ng’ang’a — “10 GB”…\u00a0ok`")
	if got != "Ng'ang'a - \"10 GB\"... ok'" || Measure(got).Encoding != GSM7 {
		t.Errorf("%q", got)
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"", "abc", "€", "😀a", "\xff", strings.Repeat("{", 153)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := Measure(s)
		single, split := 160, 153
		if m.Encoding == UCS2 {
			single, split = 70, 67
		}
		least := (m.Units + split - 1) / split
		switch {
		case m.Units <= single && m.Parts != min(1, m.Units):
			t.Errorf("%d units in %d parts", m.Units, m.Parts)
		case m.Units > single && (m.Parts < least || m.Parts > m.Units/(split-1)+1):
			t.Errorf("%d units in %d parts, at least %d", m.Units, m.Parts, least)
		case utf8.ValidString(s) && m.Encoding == GSM7 && m.Units < utf8.RuneCountInString(s):
			t.Errorf("%d units for %q", m.Units, s)
		}
		if Measure(Plain(s)).Parts > 4*m.Parts+1 {
			t.Errorf("plain is longer: %q", s)
		}
	})
}
