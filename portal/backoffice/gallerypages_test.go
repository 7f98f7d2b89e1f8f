package backoffice

import (
	"fmt"

	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/themes"
)

// Gallery renders every page in every state with made-up data, by name, for eyes, screenshots and tests.
func Gallery(lang words.Lang, dark bool) (map[string][]byte, error) {
	l, err := newLook(pageNames...)
	if err != nil {
		return nil, err
	}
	g := &gallery{look: l, lang: lang, dark: dark, pages: map[string][]byte{}}
	for _, hang := range []func() error{g.atTheGate, g.today, g.settingUp, g.machines, g.people, g.payments, g.suspense, g.receipts, g.mend} {
		if err := hang(); err != nil {
			return nil, err
		}
	}
	return g.pages, nil
}

type gallery struct {
	look  *look
	lang  words.Lang
	dark  bool
	pages map[string][]byte
}

func (g *gallery) hang(name, page string, data framed) error {
	body, _, err := g.look.html(page, data, themes.Pour("#0f6b4f", "#ffffff", "#f7f8fa", "#1a2230"))
	if err != nil {
		return fmt.Errorf("gallery %s: %w", name, err)
	}
	g.pages[name] = body
	return nil
}

func (g *gallery) text(key string, args ...any) string { return words.Text(g.lang, key, args...) }

func (g *gallery) outside(title string) frame {
	return frame{Lang: g.lang, Dark: g.dark, Title: g.text(title), Provider: "Baraka Wi-Fi", Languages: []language{{Lang: words.English, Name: "English", Address: "?l=en", Here: g.lang == words.English},
		{Lang: words.Swahili, Name: "Kiswahili", Address: "?l=sw", Here: g.lang == words.Swahili}}}
}

func (g *gallery) inside(title, here string) frame {
	f := g.outside(title)
	f.Member = memberView{Name: "Wanjiku Kamau", Email: "wanjiku@baraka.example", Initials: initials("Wanjiku Kamau")}
	f.Nav = rail(g.lang, here, func(staff.Permission) bool { return true })
	f.Nav[1].Count = 3
	f.SiteName, f.Sites = g.text("office.site.all"), []choice{{Name: g.text("office.site.all"), Value: "0", Here: true}, {Name: "Kasarani", Value: "1"}, {Name: "Mwiki", Value: "2"}}
	return f
}

func (g *gallery) atTheGate() error {
	fields := []input{{Name: "email", Type: "email", Label: g.text("office.email"), Auto: "username", Must: true, Value: "wanjiku@baraka.example"},
		{Name: "password", Type: "password", Label: g.text("office.password"), Auto: "current-password", Must: true}}
	page := func() *gatePage {
		return &gatePage{frame: g.outside("office.signin.title"), Lead: g.text("office.signin.lead"), Button: g.text("office.signin.button"), Fields: fields}
	}
	if err := g.hang("sign-in", "gate", page()); err != nil {
		return err
	}
	refused := page()
	refused.Notes = []note{{Tone: "bad", Text: g.text("staff.sign_in")}}
	return g.hang("sign-in-refused", "gate", refused)
}

func (g *gallery) today() error {
	say := func(cents int64) string { return money.Amount{Cents: cents, Currency: "KES"}.String() }
	sums := [24]int64{4000, 2000, 0, 0, 1000, 3000, 9000, 21000, 26000, 18000, 15000, 22000, 31000, 28000}
	page := &todayPage{frame: g.inside("office.nav.today", "today"), Hours: bars(sums, 13, say), Total: say(180000)}
	page.Figures = []figure{{Label: g.text("office.today.money"), Value: "KES 1,800", Detail: "+12 %", Address: "/office/payments"},
		{Label: g.text("office.today.online"), Value: "214", Detail: "Kasarani 143 · Mwiki 71", Address: "/office/sessions"},
		{Label: g.text("office.today.prompts"), Value: "94 %", Detail: "47 / 50"},
		{Label: g.text("office.today.waiting"), Value: "3", Detail: "KES 70"}}
	page.Alarms = []alarmLine{{Text: "kasarani-2", Since: "4 min", State: stateView{"bad", g.text("office.alarm.raised")}, Address: "/office/routers/2"}}
	page.Queues = []queueLine{{Name: g.text("office.queue.suspense"), Count: 2, Oldest: "1 h 10 min", Waits: g.text("office.queue_waits.suspense"), State: stateView{Tone: "warn"}, Address: "/office/suspense"},
		{Name: g.text("office.queue.unknown"), Count: 1, Oldest: "4 min", Waits: g.text("office.queue_waits.unknown"), State: stateView{Tone: ""}, Address: "/office/payments?state=unknown"},
		{Name: g.text("office.queue.enforcements"), Waits: g.text("office.queue_waits.enforcements"), Address: "/office/enforcements"}}
	if err := g.hang("today", "today", page); err != nil {
		return err
	}
	paused := *page
	paused.Notes = []note{{Tone: "warn", Text: g.text("office.paused")}}
	return g.hang("today-paused", "today", &paused)
}
