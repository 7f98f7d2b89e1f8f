package backoffice

import (
	"strconv"

	"mtandao/billing/subscriptions"
	"mtandao/internal/words"
)

// endFields ask how a line ends; of the deposit only where one is held.
func endFields(b *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	names := []string{"reason", "give_back", "waive", "at"}
	if sub.State.Deposit.IsPositive() {
		names = []string{"reason", "give_back", "waive", "from_deposit", "at"}
	}
	return simply(names...)(b, q, f, sub)
}

// endLine shows first what an end does with money, if it does anything, and then ends the line.
func (b *Backoffice) endLine(q *request, sub subscriptions.Subscription, a lineAct, by subscriptions.By) error {
	at, err := b.typedMoment(q, "at")
	how := subscriptions.Ending{At: at, Reason: q.said("reason"), GiveBack: q.FormValue("give_back") != "", Waive: q.FormValue("waive") != "", FromDeposit: q.FormValue("from_deposit") != ""}
	var shown subscriptions.Farewell
	if err == nil {
		shown, err = b.Lines.PreviewEnd(q.ctx, sub.ID, how)
	}
	moves := shown.Fee.IsPositive() || shown.Back.IsPositive() || shown.Deposit.IsPositive()
	if err == nil && (q.FormValue("sure") != "" || !moves) {
		if _, err = b.Lines.End(q.ctx, sub.ID, how, by); err == nil {
			q.tell("good", "office.line.done", "")
			return led(lineAt(sub.ID))
		}
	}
	if err != nil {
		return b.lineRefused(q, sub, a, err)
	}
	p := &formPage{frame: q.page("office.line_do.end", "subscriptions"), Action: q.Path(), Cancel: lineAt(sub.ID) + "/change/end", Danger: true, Button: words.Text(q.lang(), "office.line_do.end")}
	p.Crumbs = []crumb{{p.T("office.nav.subscriptions"), linesAt}, {sub.State.Login.Name, lineAt(sub.ID)}}
	p.Title = p.T("office.line_end.title", "Name", sub.State.Login.Name)
	p.Text, p.Facts = p.T("office.line_end.lead", "Name", sub.State.Login.Name), b.farewellFacts(&p.frame, shown)
	p.Hidden = []fact{{"seen", strconv.FormatInt(shown.Seen, 10)}, {"sure", "1"}}
	for _, name := range []string{"reason", "give_back", "waive", "from_deposit", "at"} {
		p.Hidden = append(p.Hidden, fact{name, q.FormValue(name)})
	}
	return q.showForm(p)
}

// farewellFacts are what an end does with money.
func (b *Backoffice) farewellFacts(f *frame, shown subscriptions.Farewell) []fact {
	facts := []fact{{f.T("office.line_end.at"), b.planWhen(f, shown.At)}}
	if !shown.Until.IsZero() {
		facts = append(facts, fact{f.T("office.line_end.until"), b.planWhen(f, shown.Until)}, fact{f.T("office.line_end.fee"), shown.Fee.String()})
	}
	for _, one := range []struct {
		key    string
		amount string
		said   bool
	}{{"kept", shown.Kept.String(), shown.Kept.IsPositive()}, {"invoiced", shown.Invoiced.String(), shown.Invoiced.IsPositive()},
		{"back", shown.Back.String(), shown.Back.IsPositive()}, {"deposit", shown.Deposit.String(), shown.Deposit.IsPositive()}} {
		if one.said {
			facts = append(facts, fact{f.T("office.line_end." + one.key), one.amount})
		}
	}
	return facts
}
