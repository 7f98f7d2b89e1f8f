package sheets

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mtandao/internal/paper"
	"mtandao/radius/access"
)

// TestManyCardsAreThoseOfFew: what is printed in bulk has the pictures that each card has alone.
func TestManyCardsAreThoseOfFew(t *testing.T) {
	p := mustPaper(t, baraka("en"), "24")
	p.pictures = paper.NewSums(p.Link(access.Code(p.Batch.Style.Prefix)), p.Batch.Style.Random+1, false)
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
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(printedCard{})); diff != "" {
			t.Fatalf("%s: %s", got.link, diff)
		}
	}
}
