package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/words"
)

// TestACashiersDayClose is "must be shown" 4 of issue 7, its first story, in a browser: a cashier signs in, receives cash, counts the drawer with a difference and says why; a second
// person looks at it, reads M-Pesa's statement of yesterday, sees to what does not agree and explains it, closes the day and prints it.
func TestACashiersDayClose(t *testing.T) {
	s := openStage(t, 1)
	for _, seed := range []error{s.seedSellers(t.Context()), s.seedCustomers(t.Context()), s.seedLines(t.Context())} {
		if seed != nil {
			t.Fatal(seed)
		}
	}
	day, statement := s.paidYesterday(t)
	cashier, manager := s.hire(t, "till@demo.example", nil, "cashier"), s.hire(t, "closes@demo.example", nil, "manager")
	first, b := newTab(t, newAllocator(t), true), newTab(t, newAllocator(t), true) // each has their own browser
	defer first.limited(2 * time.Minute)()
	defer b.limited(2 * time.Minute)()
	first.takesAndCounts(cashier)
	member, err := s.Main.Staff.MemberByEmail(t.Context(), "till@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	b.looksAtDrawer(manager, number(member.ID))
	b.readsStatement(manager, statement)
	b.closes(manager, day)
	v, err := s.Main.Days.See(t.Context(), day)
	if err != nil || v.State != dayclose.Closed || v.ClosedBy != "closes@demo.example" || v.Left != 0 || v.SeenLeft != 0 || v.Changed() {
		t.Errorf("%+v %v", v.Kept, err)
	}
	verifyBooks(t, s.Main)
}

// paidYesterday has people pay by M-Pesa, one of whose confirmations is lost, and tells the rail's own statement of it.
func (s *Stage) paidYesterday(t *testing.T) (day clock.Day, file string) {
	t.Helper()
	day = clock.DayOf(s.Main.Clock.Now()) - 1
	p, err := s.railFrom(t.Context(), day.Start())
	if err != nil {
		t.Fatal(err)
	}
	defer p.rail.Close()
	for n, to := range []string{demoOrder, "0110 556 020", demoFloat, demoLost, "0701 668 452"} {
		p.clock.Set(day.Start().Add(time.Duration(8+2*n) * time.Hour))
		if n == 4 { // of today, so that the statement has the whole day
			p.clock.Set((day + 1).Start())
		}
		if err := p.pay(t.Context(), "0729 410 00"+number(int64(n+1)), to, 500); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := p.rail.Statement(p.till.ShortCode, day.Start(), s.Main.Clock.Now())
	file = filepath.Join(t.TempDir(), "ORG_174379_Utility.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return day, file
}

// pictured keeps the page on a phone and on a desk, in both languages, when pictures are wanted, and comes back to English on a desk.
func (b *browser) pictured(c *colleague, name, path string) {
	b.t.Helper()
	if os.Getenv("MTANDAO_SCREENS") == "" {
		return
	}
	for _, lang := range []words.Lang{words.Swahili, words.English} {
		b.speaks(c.base, c.token, lang)
		for _, width := range []int64{390, 1280} {
			b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)))
			b.open(c.base + path)
			b.picture(name + "-" + string(lang) + "-" + number(width))
		}
	}
}

// takesAndCounts is the cashier's part.
func (b *browser) takesAndCounts(c *colleague) {
	b.t.Helper()
	b.open(c.base + "/office/in")
	b.types(`[name="email"]`, "till@demo.example")
	b.types(`[name="password"]`, "four words in a row\r")
	b.see(20*time.Second, "Test till@demo.example")
	b.open(c.base + "/office/cashier")
	b.types(`#q`, "0711 200 004\r")
	b.see(20*time.Second, "Money from Kiptoo Cheruiyot")
	b.types(`#amount`, "2,600\r")
	b.see(20*time.Second, "Comes back on")
	b.types(`button[value="take"]`, "\r")
	b.see(20*time.Second, "Next customer")
	b.open(c.base + "/office/cashier/day")
	b.types(`#counted`, "2550\r")
	b.see(20*time.Second, "count once more, or say why")
	b.picture("refused")
	b.types(`#note`, "Gave a customer 50 too much change\r")
	b.see(20*time.Second, "KES 50 is missing")
	b.pictured(c, "drawer", "/office/cashier/day")
}

// looksAtDrawer is the second person.
func (b *browser) looksAtDrawer(c *colleague, cashier string) {
	b.t.Helper()
	b.speaks(c.base, c.token, words.English)
	b.open(c.base + "/office/cashier/day?who=" + cashier)
	for _, text := range []string{"KES 50 is missing", "Gave a customer 50 too much change", "Kiptoo Cheruiyot"} {
		b.see(20*time.Second, text)
	}
	b.pictured(c, "looked", "/office/cashier/day?who="+cashier)
}

// readsStatement brings the rail's statement and has its lines kept.
func (b *browser) readsStatement(c *colleague, file string) {
	b.t.Helper()
	b.open(c.base + "/office/money/days")
	b.see(20*time.Second, "Read a statement")
	b.open(c.base + "/office/money/statements/new")
	b.do(chromedp.Do(b.ctx, chromedp.SetUploadFiles(`[name="file"]`, []string{file})))
	b.click(`main form .btn-primary`)
	b.see(60*time.Second, "To be confirmed")
	b.click(`main a[href$="/confirm"]`)
	b.see(20*time.Second, "Keep ORG_174379_Utility.csv?")
	b.click(`main form .submit button`)
	b.see(60*time.Second, "The lines are kept")
}

// closes explains what does not agree and closes the day.
func (b *browser) closes(c *colleague, day clock.Day) {
	b.t.Helper()
	at := "/office/money/days/" + day.String()
	b.pictured(c, "open", at)
	b.open(c.base + at)
	for _, text := range []string{"Not closed", "1 difference of KES 500 is unexplained", "the whole day", "Mama Njeri, Kasarani stage"} {
		b.see(20*time.Second, text)
	}
	if strings.Contains(b.text(), "See to them") {
		b.click(`form[action$="/keep"] button`)
		b.see(20*time.Second, "On the statement, not in the books")
	}
	b.click(`main a[href*="/office/money/differences/"]`)
	b.see(20*time.Second, "Explain it")
	b.picture("difference")
	b.click(`form[action$="/own"] button`)
	b.see(20*time.Second, "You see to it now.")
	b.types(`#reason`, "The customer was shown the message of M-Pesa and paid back in cash")
	b.click(`form[action$="/explain"] button`)
	b.see(20*time.Second, "Everything agrees or is explained")
	b.click(`main a[href$="/close"]`)
	b.see(20*time.Second, "You say that you have seen these figures")
	b.picture("close")
	b.click(`form[action$="/close"] .submit button`)
	b.see(20*time.Second, "Closed by closes@demo.example")
	b.open(c.base + at)
	text := b.printed(210)
	for _, said := range []string{"Closed by closes@demo.example", "KES 1,550", "the whole day", "Explained\n"} { // the last columns are on the paper too
		if !strings.Contains(text, said) {
			b.t.Errorf("on paper it does not say %q:\n%s", said, text)
		}
	}
	b.pictured(c, "closed", at)
}
