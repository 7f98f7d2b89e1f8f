package paper

import (
	"strings"
	"testing"
)

// FuzzLines: no line is too wide, and none of the text is lost.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"", "one", "Kĩrĩnyaga Wanjirũ na wengine wengi sana", "https://wifi.baraka.co.ke/pay/4830217/and/on/and/on/and/on", "a\nb\n\nc", "\xff\xfe ሰላም"} {
		f.Add(s, uint16(2000))
	}
	f.Fuzz(func(t *testing.T, s string, wide uint16) {
		w := Length(wide%10_000) + 5*MM
		lines := Regular.Lines(90, w, s)
		for _, line := range lines {
			if Regular.Wide(90, line) > w && len([]rune(line)) > 1 {
				t.Errorf("%q is %d wide, not %d", line, Regular.Wide(90, line), w)
			}
		}
		if got, want := strings.Join(strings.Fields(strings.Join(lines, "")), ""), strings.Join(strings.Fields(s), ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}
