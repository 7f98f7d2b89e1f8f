package pdf

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mtandao/internal/words"
)

// report is money by day.
func report(l words.Lang, days int) Report {
	c := common(l)
	c.Buyer, c.Pay, c.Account, c.Number = Party{}, Pay{}, "", ""
	r := Report{Common: c, Title: in(l, "Money in by day", "Pesa zilizoingia kwa siku"), Lead: in(l, "How much came each day?", "Ni kiasi gani kiliingia kila siku?"),
		Means: in(l, "Each figure is the sum of a day.", "Kila kiasi ni jumla ya siku."), From: day(time.September, 1), To: day(time.September, 1+days),
		Figures: []Figure{{in(l, "Total", "Jumla"), "KES 1,234,567", in(l, "KES 1,000,000 in the time before (+23 %)", "KES 1,000,000 katika kipindi cha kabla (+23 %)")}, {in(l, "Payments", "Malipo"), "1,204", ""}, {"Best", "KES 90,000", ""}, {"Fourth", "4", ""}},
		Columns: []Column{{Name: in(l, "Day", "Siku")}, {"M-Pesa", true}, {in(l, "Cash", "Taslimu"), true}, {in(l, "State", "Hali"), false}}}
	for n := range days {
		r.Bars = append(r.Bars, Bar{fmt.Sprintf("day-%d", n), int64(n-3) * 1000})
		r.Rows = append(r.Rows, []string{fmt.Sprintf("day-%d", n), fmt.Sprintf("KES %d,000", n), "", "ok"})
	}
	return r
}

// TestAReportIsToldInFull: every row, the head of the table on each page, every figure, the time and what the figures mean.
func TestAReportIsToldInFull(t *testing.T) {
	pages := read(t, made(t, report(words.English, 92)))
	all := strings.Join(pages, "\n")
	for n := range 92 {
		if !strings.Contains(all, fmt.Sprintf("KES %d,000", n)) {
			t.Errorf("row %d is not on the paper", n)
		}
	}
	for _, want := range []string{"Money in by day", "KES 1,234,567", "(+23 %)", "Fourth", "1 Sep – 1 Dec 2026", "Each figure is the sum of a day.", "Baraka Wi-Fi"} {
		if !strings.Contains(all, want) {
			t.Errorf("the paper does not say %q:\n%s", want, all)
		}
	}
	for n, page := range pages {
		if strings.Contains(page, "KES ") && strings.Contains(page, "day-") && !strings.Contains(page, "M-Pesa") {
			t.Errorf("page %d has rows without their head", n+1)
		}
	}
	if len(pages) < 3 {
		t.Error("the rows are on", len(pages), "pages")
	}
}

// TestABarIsAsHighAsItsPart: of the largest money, too.
func TestABarIsAsHighAsItsPart(t *testing.T) {
	for _, c := range []struct{ size, most, want int64 }{{0, 10, 0}, {5, 10, 2100}, {10, 10, 4200}, {math.MaxInt64, math.MaxInt64, 4200}, {math.MaxInt64 / 2, math.MaxInt64, 2099}} {
		if got := part(4200, c.size, c.most); int64(got) < c.want-1 || int64(got) > c.want+1 {
			t.Errorf("%d of %d is %d high, want %d", c.size, c.most, got, c.want)
		}
	}
	bare := Report{Common: common(words.English), Title: "Nothing", From: day(time.November, 1), To: day(time.November, 2)}
	if pages := read(t, made(t, bare)); len(pages) != 1 {
		t.Error("a report of nothing has", len(pages), "pages")
	}
}
