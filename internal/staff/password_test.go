package staff

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
)

func TestPasswordsThatAreRefused(t *testing.T) {
	own := ownWords("asha.otieno@kasarani.example", "Asha Otieno", "Kasarani Net")
	for word, key := range map[string]string{
		"123456789":                    "staff.password_short",
		"ñññññññññ":                    "staff.password_short", // nine characters, eighteen octets
		strings.Repeat("ab1", 86):      "staff.password_long",
		"Password123!":                 "staff.password_common",
		"1234567890":                   "staff.password_common",
		"passwordpassword":             "staff.password_common",
		"qwertyuiop123":                "staff.password_common",
		"Safaricom2026":                "staff.password_common",
		"NairobiMpesa1":                "staff.password_common",
		"aaaaaaaaaaaaa":                "staff.password_common",
		"abababababab":                 "staff.password_common",
		"asha.otieno@kasarani.example": "staff.password_own",
		"AshaOtieno1!":                 "staff.password_own",
		"KasaraniNet99":                "staff.password_own",
		"kasarani12345":                "staff.password_own",
		"mtandao20261":                 "staff.password_own",
		password:                       "",
		newer:                          "",
		"kasarani mgomba tatu samaki":  "",
		"Tr0ub4dor&3xyz":               "",
		"нет никаких бананов":          "",
	} {
		if err := checkPassword(word, own); key == "" && err != nil || key != "" && fault.KeyOf(err) != key {
			t.Errorf("%q gives %v, not %q", word, err, key)
		}
	}
}

func TestAHashSaysWhatItTakes(t *testing.T) {
	ctx := context.Background()
	h := newHasher(present)
	stored, err := h.Hash(ctx, password)
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s: %v", stored, err)
	}
	if right, weak, err := h.Verify(ctx, password, stored); !right || weak || err != nil {
		t.Fatalf("right %t, weak %t: %v", right, weak, err)
	}
	for _, wrong := range []string{"", password + " ", strings.ToUpper(password), strings.Repeat("x", 300)} {
		if right, _, err := h.Verify(ctx, wrong, stored); right || err != nil {
			t.Errorf("%.20q is right: %v", wrong, err)
		}
	}
	if right, _, err := h.Verify(ctx, "", ""); right || err != nil {
		t.Errorf("no password is right where there is none: %v", err)
	}
	again, _ := h.Hash(ctx, password)
	if again == stored {
		t.Error("two hashes of a password are the same")
	}
}

// TestAHashOfAnotherProgramIsUnderstood: made by the reference implementation of argon2.
func TestAHashOfAnotherProgramIsUnderstood(t *testing.T) {
	const stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	right, weak, err := newHasher(present).Verify(context.Background(), "password", stored)
	if !right || !weak || err != nil {
		t.Fatalf("right %t, weak %t: %v", right, weak, err)
	}
}

func TestNoMoreHashesAtOnceThanProcessors(t *testing.T) {
	h := newHasher(cost{memory: 64, passes: 1, lanes: 1})
	for range cap(h.gate) {
		h.gate <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.Hash(ctx, password); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("computed beside %d others: %v", cap(h.gate), err)
	}
	<-h.gate
	if _, err := h.Hash(context.Background(), password); err != nil || len(h.gate) != cap(h.gate)-1 {
		t.Fatalf("%d of %d places taken: %v", len(h.gate), cap(h.gate), err)
	}
}

func FuzzPHC(f *testing.F) {
	for _, s := range []string{
		"$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
		"$argon2id$v=19$m=8,t=0,p=1$$", "$$$$$", "", "$argon2id$v=19$m=064,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		p, err := parsePHC(stored)
		if err != nil {
			return
		}
		if p.String() != stored {
			t.Fatalf("%q is read as %q", stored, p.String())
		}
		if c := p.cost; c.memory > mostMemory || c.passes > mostPasses || c.lanes > mostLanes || c.passes == 0 || c.lanes == 0 {
			t.Fatalf("%q costs %+v", stored, c)
		}
	})
}
