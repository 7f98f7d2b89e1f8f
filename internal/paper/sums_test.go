package paper

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestASummedPictureIsGoQRCodesOwn, module by module and mask by mask, for every length of address, both kinds of codes and each
// length and prefix that a batch may have.
func TestASummedPictureIsGoQRCodesOwn(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	text := func(letters string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(letters[chance.IntN(len(letters))])
		}
		return b.String()
	}
	const symbols = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
	summed, left := 0, 0
	for length := 8; length < 150; length += 1 + chance.IntN(3) {
		digits := chance.IntN(3) == 0
		letters, more := symbols, 6+chance.IntN(10)
		if digits {
			letters = symbols[:10]
		}
		fixed := "HTTPS://" + text("ABCXYZ.-/0123", length-8) + "/" + text(letters, chance.IntN(5))
		s := NewSums(fixed, more, digits)
		for range 12 {
			link := fixed + text(letters, more)
			want, err := Encode(link)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Of(link)
			if err != nil {
				t.Fatal(err)
			}
			if !s.learnable(link) {
				left++
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %s", link, diff)
			}
			if s.dress != nil {
				summed++
			}
		}
	}
	if summed < 500 {
		t.Errorf("only %d pictures were summed, %d left alone", summed, left)
	}
}

// TestWhatDoesNotFitASumIsDrawn: another address, another length, a letter that is none of the kind.
func TestWhatDoesNotFitASumIsDrawn(t *testing.T) {
	s := NewSums("HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/", 10, false)
	for _, link := range []string{"HTTPS://OTHER.CO.KE/V/KASARANI/0123456789", "HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/ABC", "HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/abcdefghij",
		"HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/" + strings.Repeat("A", 200)} {
		want, err := Encode(link)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Of(link)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", link, err, diff)
		}
	}
}
