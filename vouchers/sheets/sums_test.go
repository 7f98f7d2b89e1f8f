package sheets

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mtandao/radius/access"
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
		s := newSums(fixed, more, digits)
		for range 12 {
			link := fixed + text(letters, more)
			want, err := encode(link)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.of(link)
			if err != nil {
				t.Fatal(err)
			}
			if !s.learnable(link) {
				left++
				continue
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(matrix{}, run{})); diff != "" {
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
	s := newSums("HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/", 10, false)
	for _, link := range []string{"HTTPS://OTHER.CO.KE/V/KASARANI/0123456789", "HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/ABC", "HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/abcdefghij",
		"HTTPS://WIFI.BARAKA.CO.KE/V/KASARANI/" + strings.Repeat("A", 200)} {
		want, err := encode(link)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.of(link)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(matrix{}, run{})); err != nil || diff != "" {
			t.Errorf("%s: %v %s", link, err, diff)
		}
	}
}

// TestManyCardsAreThoseOfFew: what is printed in bulk has the pictures that each card has alone.
func TestManyCardsAreThoseOfFew(t *testing.T) {
	p := mustPaper(t, baraka("en"), "24")
	p.pictures = newSums(p.Link(access.Code(p.Batch.Style.Prefix)), p.Batch.Style.Random+1, false)
	alone := mustPaper(t, baraka("en"), "24")
	for _, v := range some(p.Batch, 300) {
		got, err := p.card(v)
		if err != nil {
			t.Fatal(err)
		}
		want, err := alone.card(v)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(matrix{}, run{}, printedCard{})); diff != "" && p.pictures.learnable(got.link) {
			t.Fatalf("%s: %s", got.link, diff)
		}
	}
	if p.pictures.dress == nil {
		t.Error("nothing was learnt")
	}
}
