package access

import (
	"strings"
	"testing"
)

var codeStyles = map[string]CodeStyle{"letters and digits": LogInCodes, "digits": {Random: 13, Digits: true}, "short": {Random: 5},
	"short digits": {Random: 5, Digits: true}, "long": {Random: 19}, "long digits": {Random: 19, Digits: true}}

// withCheck completes symbols to a code.
func withCheck(symbols string) Code {
	base := len(codeDigits)
	if strings.Trim(symbols, codeDigits) != "" {
		base = len(CodeSymbols)
	}
	return Code(symbols + CodeSymbols[remainder(symbols, base):][:1])
}

func TestANewCodeIsReadBack(t *testing.T) {
	for name, style := range codeStyles {
		t.Run(name, func(t *testing.T) {
			seen, symbols := map[Code]bool{}, map[rune]bool{}
			for range 2000 {
				code := style.New()
				again, ok := ReadCode(strings.ToLower(code.Grouped(4)))
				if !ok || again != code || len(code) != style.Random+1 {
					t.Fatalf("%q is read as %q, %v", code, again, ok)
				}
				for _, symbol := range code {
					symbols[symbol] = true
				}
				seen[code] = true
			}
			if want := map[bool]int{true: 10, false: 31}[style.Digits]; len(symbols) != want {
				t.Errorf("%d symbols occur, want %d", len(symbols), want)
			}
			if style.Random > 5 && len(seen) != 2000 {
				t.Errorf("of 2000 codes %d differ", len(seen))
			}
		})
	}
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	code := withCheck("K7M4P2Q01") // has a 0 and a 1 to be read as letters
	s, grouped := string(code), code.Grouped(5)
	typed := []string{
		s, grouped, strings.ToLower(s), " " + s[:3] + " " + s[3:] + "\n",
		strings.ReplaceAll(s, "0", "o"), strings.ReplaceAll(s, "0", "O"), strings.ReplaceAll(s, "1", "l"),
		strings.ReplaceAll(s, "1", "I"), s[:5] + "–" + s[5:], s[:5] + "\u00a0" + s[5:], s[:5] + "_" + s[5:], s + ".",
	}
	for _, one := range typed {
		if got, ok := ReadCode(one); !ok || got != code {
			t.Errorf("ReadCode(%q) = %q, %v, want %q", one, got, ok, code)
		}
	}
	five := withCheck("5V5V5V5V5")
	if got, _ := ReadCode(strings.NewReplacer("5", "s", "V", "u").Replace(string(five))); got != five {
		t.Errorf("S and U are read as %q, want %q", got, five)
	}
	digits := withCheck("0150110501")
	if got, _ := ReadCode(strings.NewReplacer("0", "O", "1", "l", "5", "S").Replace(string(digits))); got != digits {
		t.Errorf("a code of digits typed with letters is read as %q, want %q", got, digits)
	}
}

func TestWhatIsNoCodeIsRefused(t *testing.T) {
	code := string(withCheck("K7M4P2QXT"))
	for _, s := range []string{"", code[:9], code + "A", "K7M4P 2QXT!", strings.Repeat(" ", 80) + code, "AA:BB:CC:DD", "ÄÖÜÄÖ", "ſ" + code,
		"00000", strings.Repeat("0", 21), string(withCheck("K70000000"))[:9] + "0"} {
		if got, ok := ReadCode(s); ok || got != "" {
			t.Errorf("ReadCode(%q) = %q, %v, want refused", s, got, ok)
		}
	}
}

func TestTheCheckDigitIsDamms(t *testing.T) {
	if got := withCheck("572"); got != "5724" { // the example of his that is quoted everywhere
		t.Errorf("572 becomes %q", got)
	}
}

// TestTheCheckSymbolFindsEverySlip: every single wrong symbol of the whole alphabet, and every two neighbours exchanged.
func TestTheCheckSymbolFindsEverySlip(t *testing.T) {
	for name, style := range codeStyles {
		t.Run(name, func(t *testing.T) {
			for range 300 {
				findsEverySlip(t, style.New())
			}
		})
	}
	t.Run("few letters", func(t *testing.T) {
		for _, code := range []Code{withCheck("K70000001"), withCheck("0A0000A00"), withCheck("12345678Z")} {
			if _, ok := ReadCode(string(code)); ok {
				findsEverySlip(t, code)
			}
		}
	})
}

func findsEverySlip(t *testing.T, code Code) {
	t.Helper()
	for i := range len(code) {
		for _, symbol := range CodeSymbols {
			slip := code[:i] + Code(symbol) + code[i+1:]
			if _, ok := ReadCode(string(slip)); ok != (slip == code) {
				t.Errorf("slip %q of %q: accepted %v", slip, code, ok)
			}
		}
		if i > 0 && code[i] != code[i-1] {
			swapped := code[:i-1] + code[i:i+1] + code[i-1:i] + code[i+1:]
			if _, ok := ReadCode(string(swapped)); ok {
				t.Errorf("exchanged neighbours %q of %q are accepted", swapped, code)
			}
		}
	}
}

func TestACodeIsGrouped(t *testing.T) {
	for want, code := range map[string]Code{"K7M4P-2QXTA": "K7M4P2QXTA", "K7M4P-2QXT": "K7M4P2QXT", "K7M4P": "K7M4P", "": "", "12345-67890-1": "12345678901"} {
		if got := code.Grouped(5); got != want {
			t.Errorf("%q is grouped %q, want %q", code, got, want)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	for _, s := range []string{"", "K7M4P-2QXTA", "k7m4p 2qxta", "ooooooooo0", strings.Repeat("-", 70), "\xff\xfe", string(withCheck("K7M4P2QXT")), string(withCheck("0150110501"))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := ReadCode(s)
		if !ok {
			if code != "" {
				t.Fatalf("refused %q but gave %q", s, code)
			}
			return
		}
		again, same := ReadCode(strings.ToLower(code.Grouped(5)))
		if !same || again != code || strings.Trim(string(code), CodeSymbols) != "" {
			t.Fatalf("%q became %q, then %q", s, code, again)
		}
		findsEverySlip(t, code)
	})
}
