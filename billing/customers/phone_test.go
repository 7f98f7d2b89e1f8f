package customers

import (
	"testing"

	"mtandao/internal/fault"
)

func TestParsePhoneHoweverPeopleTypeIt(t *testing.T) {
	good := []string{"0712345678", "712345678", "+254712345678", "254712345678", "00254712345678", "2540712345678", "+254 0712 345 678",
		" 0712-345-678 ", "0712.345.678", "(0712) 345678", "+254 (0) 712 345 678", "0712\u00a0345\u00a0678", "\u202a0712345678\u202c",
		"(+254) 712 345 678", "+0712345678", "\ufeff0712‑345‑678", "0712/345678", "254-712-345-678"}
	for _, s := range good {
		if p, err := ParsePhone(s); err != nil || p != "254712345678" {
			t.Errorf("%q gives %q: %v", s, p, err)
		}
	}
	if p, err := ParsePhone("0110 123 456"); err != nil || p != "254110123456" {
		t.Errorf("%q: %v", p, err)
	}
}

func TestParsePhoneSaysWhatIsWrong(t *testing.T) {
	for s, key := range map[string]string{"": "phone.empty", "  ": "phone.empty", "07123": "phone.short", "25471234567": "phone.short",
		"07123456789": "phone.long", "0201234567": "phone.foreign", "+256712345678": "phone.foreign", "0712 34567a": "phone.letters",
		"٠٧١٢٣٤٥٦٧٨": "phone.letters", "0512345678": "phone.foreign",
		"256712345678": "phone.foreign", "+254201234567": "phone.foreign", "254712345678 254712345678": "phone.long", "++254712345678": "phone.letters", "0712+345678": "phone.letters"} {
		if p, err := ParsePhone(s); fault.KeyOf(err) != key || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q gives %q, %v; want %s", s, p, err, key)
		}
	}
}

func TestShowingAPhone(t *testing.T) {
	p := Phone("254712345678")
	if p.Local() != "0712 345 678" || p.Masked() != "0712 ••• 678" {
		t.Error(p.Local(), p.Masked())
	}
	if p.SHA256() != "7132104d6aae9c3fac82095a42c2817952bca48e09d98d5bf4ac08218982fb90" {
		t.Error(p.SHA256())
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"0712345678", "+254 110 000 000", "2540712345678", "abc", "++", "0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err != nil {
			return
		}
		if len(p) != 12 || p[:3] != "254" || p[3] != '7' && p[3] != '1' {
			t.Fatalf("%q gives %q", s, p)
		}
		for _, form := range []string{string(p), p.Local(), "+" + string(p)} {
			if again, err := ParsePhone(form); err != nil || again != p {
				t.Fatalf("%q gives %q, its form %q gives %q: %v", s, p, form, again, err)
			}
		}
	})
}
