package words

import "testing"

func TestASentenceGoesOnBehindAComma(t *testing.T) {
	for text, want := range map[string]string{"The whole period": "the whole period", "Kipindi chote": "kipindi chote", "KES 5 each": "KES 5 each", "2 of 30 days": "2 of 30 days", "": "", "A": "a", "Éa": "éa"} {
		if got := GoesOn(text); got != want {
			t.Errorf("%q goes on as %q, want %q", text, got, want)
		}
	}
}
