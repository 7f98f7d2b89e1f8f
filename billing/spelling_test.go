package billing

import (
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// FuzzReadOrderCode: what is read as a code is one that could have been drawn, and spells itself however it is broken up.
func FuzzReadOrderCode(f *testing.F) {
	code := string(orderCodes.New())
	for _, typed := range []string{code, strings.ToLower(code), " " + code[:4] + " " + code[4:] + ". ", code[1:], code + "X", "ooooooooo", "", "0712345678", "ſ" + code[1:], code + "\x00"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code := readOrderCode(typed)
		if code == "" {
			return
		}
		if len(code) != orderCodeLength || strings.Trim(code, access.CodeSymbols) != "" {
			t.Fatalf("%q is spelt %q", typed, code)
		}
		if again := readOrderCode(" " + strings.ToLower(code[:3]) + "-" + code[3:] + "."); again != code {
			t.Fatalf("%q is spelt %q, and that %q", typed, code, again)
		}
	})
}

// FuzzSpellReceipt: ten capitals and digits, or a refusal that has a sentence.
func FuzzSpellReceipt(f *testing.F) {
	for _, typed := range []string{"SJ00000001", "sj0000-0001", " sj 0000 0001. ", "SJ0000001", "SJ000000012", "SJ0000000ß", "SJ0000000ı", "", "SJ0000000\u0000"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		number, err := SpellReceipt(typed)
		if err != nil {
			if number != "" || fault.KeyOf(err) != "receipt.invalid" {
				t.Fatalf("%q gives %q and %v", typed, number, err)
			}
			return
		}
		if len(number) != 10 || strings.Trim(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			t.Fatalf("%q is spelt %q", typed, number)
		}
		if again, err := SpellReceipt(strings.ToLower(number[:4]) + " " + number[4:]); err != nil || again != number {
			t.Fatalf("%q is spelt %q, and that %q: %v", typed, number, again, err)
		}
	})
}
