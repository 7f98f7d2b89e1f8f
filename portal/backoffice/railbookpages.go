package backoffice

import (
	"context"
	"io"
	"strconv"
	"strings"

	"mtandao/billing"
	"mtandao/billing/railbook"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// RailBook reads the statements of tills. *railbook.Service satisfies it.
type RailBook interface {
	Bring(ctx context.Context, tillID int64, name string, file io.Reader, by railbook.By) (railbook.File, error)
	Confirm(ctx context.Context, id int64, by railbook.By) error
	Drop(ctx context.Context, id int64, by railbook.By) error
	File(ctx context.Context, id int64) (railbook.File, error)
	Files(ctx context.Context, before int64, limit int) ([]railbook.File, error)
	Account(ctx context.Context, id int64) (railbook.Account, error)
	Charges(ctx context.Context, tillID int64, receipts []string) (map[string]money.Amount, error)
}

const railBookAt = "/office/money/statements"

func (b *Backoffice) railBookRoutes() []route {
	const at = railBookAt + "/:id"
	return []route{
		{get, railBookAt, everywhere, staff.PaymentsRefund, b.railBook},
		{get, railBookAt + "/new", everywhere, staff.PaymentsRefund, b.askRailFile}, {post, railBookAt + "/new", everywhere, staff.PaymentsRefund, b.bringRailFile},
		{get, at, everywhere, staff.PaymentsRefund, b.railFile},
		{get, at + "/confirm", everywhere, staff.PaymentsRefund, b.confirmRailFile}, {post, at + "/confirm", everywhere, staff.PaymentsRefund, b.confirmRailFile},
		{get, at + "/drop", everywhere, staff.PaymentsRefund, b.dropRailFile}, {post, at + "/drop", everywhere, staff.PaymentsRefund, b.dropRailFile},
	}
}

func railFileAddress(f railbook.File) string { return railBookAt + "/" + number(f.ID) }

func (q *request) railBookBy() railbook.By {
	return railbook.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From, Member: q.in.Member.ID}
}

func (b *Backoffice) theRailFile(q *request) (railbook.File, error) {
	id, err := q.idOf("id")
	if err != nil {
		return railbook.File{}, err
	}
	f, err := b.RailBook.File(q.ctx, id)
	return f, hidden(err)
}

func railFileState(f *frame, state string) stateView {
	return toned(f, "office.money_statement.state_", state, map[string]string{railbook.Reading: "warn", railbook.Told: "warn", railbook.Taking: "warn", railbook.Taken: "good", railbook.Failed: "bad"})
}

func railBookCrumbs(f *frame) []crumb {
	return []crumb{{f.T("office.nav.payments"), "/office/payments"}, {f.T("office.money_in.title"), "/office/money"}}
}

// railBook lists the statements that were brought.
func (b *Backoffice) railBook(q *request) error {
	all, err := b.RailBook.Files(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.money_statement.title", "payments")
	p.Crumbs, p.Lead = railBookCrumbs(&p.frame), p.T("office.money_statement.lead")
	p.Acts = []act{{Name: p.T("office.money_statement.new"), Icon: "plus", Address: railBookAt + "/new", Tone: "primary"}}
	p.Columns = []column{{Name: p.T("office.money_statement.file")}, {p.T("office.when"), "when"}, {Name: p.T("office.batch.by")}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(f railbook.File) int64 { return f.ID })
	for _, f := range all {
		p.add(cell{Text: f.Name, Address: railFileAddress(f)}, cell{Text: b.when(&p.frame, f.At)}, cell{Text: f.By.Actor}, stated(railFileState(&p.frame, f.State)))
	}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.money_statement.none"), Text: p.T("office.money_statement.none_text"), Address: railBookAt + "/new", Button: p.T("office.money_statement.new")}
	return q.list(p)
}

// railFile shows what a statement holds and would do, or did.
func (b *Backoffice) railFile(q *request) error {
	f, err := b.theRailFile(q)
	if err != nil {
		return err
	}
	p := q.record("office.money_statement.title", "payments")
	p.Title, p.State = f.Name, railFileState(&p.frame, f.State)
	p.Crumbs = append(railBookCrumbs(&p.frame), crumb{p.T("office.money_statement.title"), railBookAt})
	p.Lead = p.T("office.money_statement.lead_" + f.State)
	drop := act{Name: p.T("office.money_statement.drop"), Icon: "x", Address: railFileAddress(f) + "/drop"}
	switch f.State {
	case railbook.Told:
		p.Acts = []act{{Name: p.T("office.money_statement.confirm"), Icon: "check", Address: railFileAddress(f) + "/confirm", Tone: "primary"}, drop}
	case railbook.Failed:
		p.Acts = []act{drop}
	}
	a, err := b.RailBook.Account(q.ctx, f.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	read := err == nil && f.State != railbook.Reading && f.State != railbook.Failed
	facts := []fact{}
	if f.Reason != nil {
		facts = append(facts, fact{p.T("office.money_statement.reason"), words.Fault(p.Lang, f.Reason)})
	}
	if read {
		facts = append(facts, fact{p.T("office.money_statement.till"), railCode(&p.frame, a)}, fact{p.T("office.money_statement.rows"), strconv.Itoa(a.Read)})
		if a.Fees != 0 {
			facts = append(facts, fact{p.T("office.money_statement.fees"), p.T("office.money_statement.fees_"+f.State, "Amount", money.KES(a.Fees).String())})
		}
		if !a.First.IsZero() {
			facts = append(facts, fact{p.T("office.money_statement.from"), b.when(&p.frame, a.First)}, fact{p.T("office.money_statement.until"), b.when(&p.frame, a.Last)})
		}
	}
	p.add(card{Facts: append(facts, fact{p.T("office.batch.by"), f.By.Actor}, fact{p.T("office.when"), b.when(&p.frame, f.At)})})
	if read {
		b.railCards(q, p, f, a)
	}
	q.follow(p, f.Moving())
	return q.show(p)
}

func railCode(f *frame, a railbook.Account) string {
	if a.PaysOut {
		return f.T("office.money_statement.pays_out", "Code", a.ShortCode)
	}
	return a.ShortCode
}

func (b *Backoffice) railCards(q *request, p *recordPage, f railbook.File, a railbook.Account) {
	if a.Reversed > 0 {
		t := table{Columns: []column{{Name: p.T("office.money_statement.reversal")}, {p.T("office.when"), "when"}, {p.T("office.amount"), "num"}, {Name: p.T("office.money_statement.becomes")}}}
		for _, one := range a.Found {
			at := ""
			if one.ReceiptID != 0 {
				at = q.reachable("/office/receipts/" + number(one.ReceiptID))
			}
			t.add(cell{Text: one.Receipt, Address: at, More: p.T("office.money_statement.by_code", "Code", one.Code, "Row", one.Row)}, cell{Text: b.when(&p.frame, one.At)}, cell{Text: money.KES(one.Cents).String()},
				cell{Text: becomes(&p.frame, one)})
		}
		p.add(card{Name: p.T("office.money_statement.reversals", "Count", a.Reversed), Lead: p.T("office.money_statement.reversals_" + f.State), Table: &t})
	}
	if a.Wrong > 0 {
		t := table{Columns: []column{{Name: p.T("office.money_statement.row")}, {Name: p.T("office.money_statement.why")}}}
		for _, bad := range a.Bad {
			t.add(cell{Text: p.T("office.money_statement.row") + " " + strconv.Itoa(bad.Row)}, cell{Text: words.Fault(p.Lang, bad.Fault())})
		}
		p.add(card{Name: p.T("office.money_statement.wrong", "Count", a.Wrong), Lead: p.T("office.money_statement.wrong_lead"), Table: &t})
	}
	t := table{Columns: []column{{Name: p.T("office.money_statement.kind")}, {p.T("office.money_statement.fresh"), "num"}, {p.T("office.money_statement.known"), "num"}, {p.T("office.money_statement.in"), "num"},
		{p.T("office.money_statement.out"), "num"}}}
	for _, l := range a.Lines {
		if l.Fresh+l.Known > 0 {
			t.add(cell{Text: p.T("office.money_statement.kind_" + l.Kind)}, cell{Text: strconv.Itoa(l.Fresh)}, cell{Text: strconv.Itoa(l.Known)}, cell{Text: money.KES(l.In).String()}, cell{Text: money.KES(l.Out).String()})
		}
	}
	lead := ""
	if a.Passed > 0 {
		lead = p.T("office.money_statement.passed", "Count", a.Passed)
	}
	p.add(card{Name: p.T("office.money_statement.lines"), Lead: lead, Table: &t})
}

// becomes tells what becomes of a reversal.
func becomes(f *frame, one railbook.Finding) string {
	key := "statement.becomes." + string(one.State)
	if one.State == billing.ReversalTaken && one.Placed != "" {
		key = "statement.becomes.taken_" + one.Placed
	}
	text := f.T(key)
	if one.Lost > 0 {
		text += " " + f.T("statement.becomes.lost", "Amount", money.KES(one.Lost))
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func (b *Backoffice) railForm(q *request) (*formPage, error) {
	p := q.asking("office.money_statement_new.", "payments", railBookAt)
	p.Danger, p.Multipart = false, true
	p.Crumbs = append(railBookCrumbs(&p.frame), crumb{p.T("office.money_statement.title"), railBookAt})
	tills, err := b.Money.Tills(q.ctx)
	if err != nil {
		return nil, err
	}
	choices := []choice{{Name: p.T("office.money_statement.any_till")}}
	for _, t := range tills {
		choices = append(choices, choice{Name: t.ShortCode + " " + t.Key, Value: number(t.ID)})
	}
	p.ask(formField{Name: "file", Label: p.T("office.money_statement.file"), Hint: p.T("office.money_statement.file_hint", "Most", railbook.MostOctets>>20), As: asFile, Accept: ".csv,.xlsx,.gz", Most: railbook.MostOctets, Must: true,
		Large: words.Fault(p.Lang, fault.New(fault.Invalid, "statement.file_size", "Most", railbook.MostOctets>>20))},
		formField{Name: "till", Label: p.T("office.money_statement.till"), Hint: p.T("office.money_statement.till_hint"), As: asPick, Choices: chosen(choices, q.FormValue("till"))})
	return p, nil
}

func (b *Backoffice) askRailFile(q *request) error {
	p, err := b.railForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) bringRailFile(q *request) error {
	var file io.Reader = strings.NewReader("")
	name := ""
	if header, err := q.FormFile("file"); err == nil {
		opened, err := header.Open()
		if err != nil {
			return err
		}
		defer opened.Close()
		file, name = opened, header.Filename
	}
	f, err := b.RailBook.Bring(q.ctx, idIn(q.FormValue("till")), name, file, q.railBookBy())
	if err != nil {
		p, e := b.railForm(q)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, "file")
	}
	return led(railFileAddress(f))
}

// railDeed asks about a file, or does it.
func (b *Backoffice) railDeed(q *request, texts, to string, do func(f railbook.File) error) error {
	if err := q.proven(); err != nil { // it stops service, and opens debts
		return err
	}
	f, err := b.theRailFile(q)
	if err != nil {
		return err
	}
	if q.Method() == post {
		if err := do(f); err != nil {
			return q.refusal(err, railFileAddress(f))
		}
		if to == "" {
			to = railFileAddress(f)
		}
		return led(to)
	}
	a, err := b.RailBook.Account(q.ctx, f.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	fresh := 0
	for _, l := range a.Lines {
		fresh += l.Fresh
	}
	p := q.asking(texts, "payments", railFileAddress(f), "Name", f.Name)
	if texts == railConfirm {
		p.Text = strings.Join(append(railDoes(&p.frame, fresh, a), p.Text), " ")
	}
	p.Crumbs = append(railBookCrumbs(&p.frame), crumb{p.T("office.money_statement.title"), railBookAt})
	return q.showForm(p)
}

// railConfirm begins the texts of keeping a file.
const railConfirm = "office.money_statement_confirm."

// railDoes is what keeping a file does, a sentence for each thing, and none of what it does not do.
func railDoes(f *frame, fresh int, a railbook.Account) []string {
	all := []string{f.T(railConfirm+"lines", "Count", fresh)}
	if a.Reversed > 0 {
		all = append(all, f.T(railConfirm+"reversals", "Count", a.Reversed))
	}
	if a.Fees > 0 {
		all = append(all, f.T(railConfirm+"fees", "Fees", money.KES(a.Fees).String()))
	}
	return all
}

func (b *Backoffice) confirmRailFile(q *request) error {
	return b.railDeed(q, railConfirm, "", func(f railbook.File) error { return b.RailBook.Confirm(q.ctx, f.ID, q.railBookBy()) })
}

func (b *Backoffice) dropRailFile(q *request) error {
	return b.railDeed(q, "office.money_statement_drop.", railBookAt, func(f railbook.File) error { return b.RailBook.Drop(q.ctx, f.ID, q.railBookBy()) })
}
