package safaricom

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for typed, want := range map[string]string{
		"0712345678": "254712345678", "+254 712-345-678": "254712345678", "712345678": "254712345678", "254 0712 345678": "254712345678",
		"0112345678": "254112345678", "0212345678": "", "07123": "", "": "", "07123456789": "",
	} {
		got, ok := Number(typed)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0712345678", "+254 712-345-678", "2540712345678", "x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if got, ok := Number(typed); ok && !msisdn.MatchString(got) {
			t.Fatalf("%q became %q", typed, got)
		}
	})
}

func FuzzParseFields(f *testing.F) {
	for _, seed := range []string{`{"Amount":1}`, `{"Amount":"1"}`, `{"Amount":1e3}`, `null`, `[]`, `{} {}`, `{"Amount":{"a":[1]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		read, err := parseFields(body)
		if err == nil && !json.Valid(body) {
			t.Fatalf("accepted %q", body)
		}
		if n, ok := read.whole("Amount"); ok && (n < 0 || strings.ContainsAny(read.text("Amount"), ".-+eE")) {
			t.Fatalf("amount %d of %q", n, body)
		}
	})
}

func FuzzParseCents(f *testing.F) {
	for _, seed := range []string{"50", "1,250.50", "0", "-1", "1.5", "999999999.99", ".50", "١"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		cents, ok := parseCents(typed)
		if !ok {
			return
		}
		if again, ok := parseCents(grouped(cents)); !ok || again != cents {
			t.Fatalf("%q is %d, shown as %q", typed, cents, grouped(cents))
		}
	})
}

func FuzzAllowedURL(f *testing.F) {
	for _, seed := range []string{"https://pay.example/in/p/0a", "http://127.0.0.1:1/in", "https://x/MpEsA", "::", "https://[::1]/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if allowedURL(address, true) && !allowedURL(address, false) {
			t.Fatalf("production allows %q, the sandbox does not", address)
		}
	})
}
