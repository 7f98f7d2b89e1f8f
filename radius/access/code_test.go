package access

import (
	"strings"
	"testing"
)

func TestNewCodeIsSpelledBack(t *testing.T) {
	seen := map[string]bool{}
	for range 2000 {
		code := NewCode()
		canonical, ok := SpellCode(code)
		if !ok || GroupCode(canonical) != code || len(code) != 11 || code[5] != '-' {
			t.Fatalf("%q is spelled %q, %v", code, canonical, ok)
		}
		if seen[canonical] {
			t.Fatalf("%q came twice", code)
		}
		seen[canonical] = true
	}
}

// withCheck completes nine symbols to a canonical code.
func withCheck(symbols string) string { return symbols + string(checkSymbol(symbols)) }

func TestSpellCodeAsPeopleType(t *testing.T) {
	code := withCheck("K7M4P2Q01") // has a 0 and a 1 to be read as letters
	typed := []string{
		code, GroupCode(code), strings.ToLower(code), " " + code[:3] + " " + code[3:] + "\n",
		strings.ReplaceAll(code, "0", "o"), strings.ReplaceAll(code, "0", "O"), strings.ReplaceAll(code, "1", "l"),
		strings.ReplaceAll(code, "1", "I"), code[:5] + "–" + code[5:], code[:5] + "\u00a0" + code[5:], code[:5] + "_" + code[5:],
	}
	for _, s := range typed {
		if got, ok := SpellCode(s); !ok || got != code {
			t.Errorf("SpellCode(%q) = %q, %v, want %q", s, got, ok, code)
		}
	}
	five := withCheck("5V5V5V5V5")
	if got, _ := SpellCode(strings.NewReplacer("5", "s", "V", "u").Replace(five)); got != five {
		t.Errorf("S and U are read as %q, want %q", got, five)
	}
}

func TestSpellCodeRefuses(t *testing.T) {
	code := withCheck("K7M4P2QXT")
	for _, s := range []string{"", code[:9], code + "A", "K7M4P 2QXT!", strings.Repeat(" ", 80) + code, "AA:BB:CC:DD", "ÄÖÜÄÖ"} {
		if got, ok := SpellCode(s); ok || got != "" {
			t.Errorf("SpellCode(%q) = %q, %v, want refused", s, got, ok)
		}
	}
}

func TestCheckSymbolFindsEverySlip(t *testing.T) {
	code := withCheck("K7M4P2QXT")
	for i := range code {
		for _, symbol := range codeSymbols {
			slip := code[:i] + string(symbol) + code[i+1:]
			if _, ok := SpellCode(slip); ok != (slip == code) {
				t.Errorf("slip %q of %q: accepted %v", slip, code, ok)
			}
		}
		if i > 0 && code[i] != code[i-1] {
			swapped := code[:i-1] + string(code[i]) + string(code[i-1]) + code[i+1:]
			if _, ok := SpellCode(swapped); ok {
				t.Errorf("exchanged neighbours %q of %q are accepted", swapped, code)
			}
		}
	}
}

func FuzzSpellCode(f *testing.F) {
	for _, s := range []string{"", "K7M4P-2QXTA", "k7m4p 2qxta", "ooooooooo0", strings.Repeat("-", 70), "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := SpellCode(s)
		if !ok {
			if code != "" {
				t.Fatalf("refused %q but gave %q", s, code)
			}
			return
		}
		again, same := SpellCode(strings.ToLower(GroupCode(code)))
		if !same || again != code || strings.Trim(code, codeSymbols) != "" {
			t.Fatalf("%q became %q, then %q", s, code, again)
		}
	})
}
