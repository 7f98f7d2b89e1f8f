package backoffice

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/cutover"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Imports bring subscribers in from another system; what they do is on the trail. *cutover.Desk satisfies it.
type Imports interface {
	Bring(ctx context.Context, a cutover.Asked, name string, file io.Reader, by customers.By) (cutover.Source, error)
	Change(ctx context.Context, id int64, a cutover.Asked, by customers.By) error
	Start(ctx context.Context, id int64, by customers.By) error
	Back(ctx context.Context, id int64, by customers.By) error
	Drop(ctx context.Context, id int64, by customers.By) error
	Get(ctx context.Context, id int64) (cutover.Source, error)
	Newest(ctx context.Context, before int64, limit int) ([]cutover.Source, error)
	Account(ctx context.Context, id int64) (cutover.Account, error)
	Rows(ctx context.Context, id int64, done string, from, limit int) ([]cutover.AccountRow, error)
}

func (b *Backoffice) importRoutes() []route {
	const at = "/office/imports/:id"
	return []route{
		{get, "/office/imports", everywhere, staff.CustomersManage, b.imports},
		{get, "/office/imports/new", everywhere, staff.CustomersManage, bringing(b.askImport)}, {post, "/office/imports/new", everywhere, staff.CustomersManage, bringing(b.bringImport)},
		{get, at, everywhere, staff.CustomersManage, b.importRecord},
		{get, at + "/edit", everywhere, staff.CustomersManage, bringing(b.askImportChange)}, {post, at + "/edit", everywhere, staff.CustomersManage, bringing(b.changeImport)},
		{get, at + "/start", everywhere, staff.CustomersManage, bringing(b.startImport)}, {post, at + "/start", everywhere, staff.CustomersManage, bringing(b.startImport)},
		{get, at + "/back", everywhere, staff.CustomersManage, bringing(b.takeImportBack)}, {post, at + "/back", everywhere, staff.CustomersManage, bringing(b.takeImportBack)},
		{get, at + "/drop", everywhere, staff.CustomersManage, b.dropImport}, {post, at + "/drop", everywhere, staff.CustomersManage, b.dropImport},
	}
}

// importRights are of who brings subscribers in: an import makes customers, plans and lines with their log-ins, asks routers for theirs, and gives credit.
var importRights = []staff.Permission{staff.CustomersManage, staff.PlansEdit, staff.RoutersEdit, staff.AccessChange, staff.PaymentsRefund}

// importLacks names the rights that somebody lacks to bring subscribers in; empty: none.
func (q *request) importLacks() string {
	var lacks []string
	for _, right := range staff.Permissions {
		if slices.Contains(importRights, right.Permission) && !q.may(right.Permission, 0) {
			lacks = append(lacks, words.Text(q.lang(), right.TextKey))
		}
	}
	return strings.Join(lacks, "; ")
}

// bringing is for who may do everywhere all that an import does.
func bringing(do func(*request) error) func(*request) error {
	return func(q *request) error {
		if lacks := q.importLacks(); lacks != "" {
			return fault.New(fault.Denied, "office.imports.rights", "Rights", lacks)
		}
		return do(q)
	}
}

func importAddress(s cutover.Source) string { return "/office/imports/" + number(s.ID) }

func (b *Backoffice) theImport(q *request) (cutover.Source, error) {
	id, err := q.idOf("id")
	if err != nil {
		return cutover.Source{}, err
	}
	s, err := b.Imports.Get(q.ctx, id)
	return s, hidden(err)
}

func importState(f *frame, state string) stateView {
	return toned(f, "office.imports.state_", state, map[string]string{cutover.Reading: "warn", cutover.Coming: "warn", cutover.Going: "warn", cutover.Came: "good", cutover.Failed: "bad"})
}

// sourceName is what a source is called: its file, or the router that is asked.
func sourceName(f *frame, s cutover.Source) string {
	if s.File == "" {
		return f.T("office.imports.asked_router", "Router", s.Router)
	}
	return s.File
}

// imports lists what was brought.
func (b *Backoffice) imports(q *request) error {
	all, err := b.Imports.Newest(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.settings.imports", "settings")
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Lead = p.T("office.imports.lead")
	lacks := q.importLacks()
	if lacks == "" {
		p.Acts = []act{{Name: p.T("office.imports.new"), Icon: "plus", Address: "/office/imports/new", Tone: "primary"}}
	}
	p.Columns = []column{{Name: p.T("office.imports.source")}, {Name: p.T("office.imports.kind")}, {p.T("office.when"), "when"}, {Name: p.T("office.batch.by")}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(s cutover.Source) int64 { return s.ID })
	for _, s := range all {
		p.add(cell{Text: sourceName(&p.frame, s), Address: importAddress(s)}, cell{Text: p.T("office.imports.kind_" + s.Kind)}, cell{Text: b.when(&p.frame, s.At)}, cell{Text: s.By}, stated(importState(&p.frame, s.State)))
	}
	p.Empty = blank{Icon: "users", Title: p.T("office.imports.none"), Text: p.T("office.imports.none_text"), Address: "/office/imports/new", Button: p.T("office.imports.new")}
	if lacks != "" {
		p.Empty = blank{Icon: "users", Title: p.T("office.imports.none"), Text: p.T("office.imports.rights", "Rights", lacks)}
	}
	return q.list(p)
}

// importRecord shows what a source would do, or did: counts, the proof of balances, and each row with its reason.
func (b *Backoffice) importRecord(q *request) error {
	s, err := b.theImport(q)
	if err != nil {
		return err
	}
	p := q.record("office.settings.imports", "settings")
	p.Title, p.State = sourceName(&p.frame, s), importState(&p.frame, s.State)
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}, {p.T("office.settings.imports"), "/office/imports"}}
	p.Lead = p.T("office.imports.lead_" + s.State)
	if s.ImportID != 0 && (s.State == cutover.Told || s.State == cutover.Failed) {
		p.Lead = p.T("office.imports.lead_part")
	}
	if lacks := q.importLacks(); lacks == "" {
		b.importActs(p, s)
	} else {
		p.Lead += " " + p.T("office.imports.rights", "Rights", lacks)
	}
	facts := []fact{{p.T("office.imports.kind"), p.T("office.imports.kind_" + s.Kind)}}
	if s.Of > 0 && s.Moving() {
		facts = append(facts, fact{p.T("office.imports.through"), p.T("office.imports.of", "Done", s.Done, "Of", s.Of, "Percent", s.Done*100/s.Of)})
	}
	if s.Reason != nil {
		facts = append(facts, fact{p.T("office.imports.reason"), words.Fault(p.Lang, s.Reason)})
	}
	if s.ImportID != 0 {
		facts = append(facts, fact{p.T("office.imports.number"), number(s.ImportID)})
	}
	facts = append(facts, fact{p.T("office.batch.by"), s.By}, fact{p.T("office.when"), b.when(&p.frame, s.At)})
	p.add(card{Facts: facts})
	a, err := b.Imports.Account(q.ctx, s.ID)
	if err == nil && s.State != cutover.Reading {
		err = b.accountCards(q, p, s, a)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	q.follow(p, s.Moving())
	return q.show(p)
}

func (b *Backoffice) importActs(p *recordPage, s cutover.Source) {
	at := importAddress(s)
	edit := act{Name: p.T("office.imports.edit"), Icon: "settings", Address: at + "/edit"}
	drop, back := act{Name: p.T("office.imports.drop"), Icon: "x", Address: at + "/drop"}, act{Name: p.T("office.imports.back"), Icon: "history", Address: at + "/back"}
	rest := drop
	if s.ImportID != 0 { // it stopped half-way
		rest = back
	}
	switch s.State {
	case cutover.Told:
		p.Acts = []act{{Name: p.T("office.imports.start"), Icon: "check", Address: at + "/start", Tone: "primary"}, edit, rest}
	case cutover.Failed:
		p.Acts = []act{edit, rest}
	case cutover.Came:
		p.Acts = []act{back}
	case cutover.Gone:
		p.Acts = []act{drop}
	}
}

// rowsOf are the kinds of what is counted.
var rowsOf = []string{"customer", "line", "plan", "row"}

// tallies are what becomes of rows, in their order.
var tallies = []string{cutover.Fresh, cutover.There, cutover.Changed, cutover.Later, cutover.Refused, "gone"}

// accountCards show what was said: counts, plans that are made, the proof, and the rows.
func (b *Backoffice) accountCards(q *request, p *recordPage, s cutover.Source, a cutover.Account) error {
	if len(a.Tally) > 0 {
		counts := table{Columns: []column{{Name: p.T("office.imports.what")}}}
		var used []string
		for _, do := range tallies {
			if slices.ContainsFunc(rowsOf, func(what string) bool { return a.Tally[what][do] > 0 }) {
				used = append(used, do)
				counts.Columns = append(counts.Columns, column{p.T("office.imports.do_" + do), "num"})
			}
		}
		for _, what := range rowsOf {
			row := []cell{{Text: p.T("office.imports.what_" + what + "s")}}
			some := false
			for _, do := range used {
				row, some = append(row, cell{Text: strconv.Itoa(a.Tally[what][do])}), some || a.Tally[what][do] > 0
			}
			if some {
				counts.add(row...)
			}
		}
		p.add(card{Name: p.T("office.imports.counts"), Table: &counts})
	}
	proofCard(p, a)
	madeCard(p, a)
	return b.rowsCard(q, p, s, a)
}

// proofCard proves that no shilling was lost or made.
func proofCard(p *recordPage, a cutover.Account) {
	if len(a.Groups) == 0 {
		return
	}
	kes := func(cents int64) string { return money.KES(cents).String() }
	t := table{Columns: []column{{Name: p.T("office.imports.part")}, {p.T("office.imports.held"), "num"}, {p.T("office.imports.credits"), "num"}, {p.T("office.imports.debts"), "num"}, {p.T("office.imports.outside"), "num"}, {Name: p.T("office.state")}}}
	holds := true
	for _, g := range a.Groups {
		state := stateView{"good", p.T("office.imports.holds")}
		if !g.Holds {
			state, holds = stateView{"bad", p.T("office.imports.holds_not")}, false
		}
		t.add(cell{Text: g.Name}, cell{Text: kes(g.Held)}, cell{Text: kes(g.Credits)}, cell{Text: kes(g.Debts)}, cell{Text: kes(g.Outside)}, stated(state))
	}
	lead := p.T("office.imports.proof_lead", "Opened", kes(a.Opened))
	if !holds {
		lead = p.T("office.imports.proof_not")
	}
	p.add(card{Name: p.T("office.imports.proof"), Lead: lead, Table: &t})
}

func madeCard(p *recordPage, a cutover.Account) {
	if len(a.Made) == 0 {
		return
	}
	t := table{Columns: []column{{Name: p.T("office.imports.plan")}, {p.T("office.field.plan.price"), "num"}, {Name: p.T("office.field.plan.interval")}, {Name: p.T("office.field.plan.mode")}, {p.T("office.imports.speed"), "num"}}}
	for _, made := range a.Made {
		every := made.Every
		if interval, err := plans.ParseInterval(made.Every); err == nil {
			every = interval.Words(p.Lang)
		}
		speed := p.T("office.imports.no_limit")
		if made.DownKbps+made.UpKbps > 0 {
			speed = mbps(made.DownKbps) + " / " + mbps(made.UpKbps)
		}
		t.add(cell{Text: made.Name, More: made.Key}, cell{Text: money.KES(made.Cents).String()}, cell{Text: every}, cell{Text: p.T("office.pick.mode_" + made.Mode)}, cell{Text: speed})
	}
	p.add(card{Name: p.T("office.imports.made"), Lead: p.T("office.imports.made_lead"), Table: &t})
}

func mbps(kbps int64) string {
	return strconv.FormatFloat(float64(kbps)/1000, 'f', -1, 64) + " Mbps"
}

// rowsCard lists rows of one kind, those that need somebody first.
func (b *Backoffice) rowsCard(q *request, p *recordPage, s cutover.Source, a cutover.Account) error {
	var chips []chip
	here := q.Query("rows")
	for _, do := range []string{cutover.Stays, cutover.Refused, cutover.Later, cutover.Changed, cutover.LeftBehind, cutover.Fresh, cutover.There} {
		if a.Listed[do] == 0 {
			continue
		}
		if a.Listed[here] == 0 {
			here = do
		}
		chips = append(chips, chip{Name: p.T("office.imports.do_"+do) + " " + strconv.Itoa(a.Listed[do]), Address: q.with("rows", do), Here: do == here})
	}
	if len(chips) == 0 {
		return nil
	}
	p.Chips = [][]chip{chips}
	from, _ := strconv.Atoi(q.Query("after"))
	rows, err := b.Imports.Rows(q.ctx, s.ID, here, from, mostRows+1)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.imports.do_" + here), Lead: p.T("office.imports.rows_" + here)}
	if len(rows) > mostRows {
		c.Older = q.with("rows", here)
		c.Older += map[bool]string{true: "&", false: "?"}[len(c.Older) > len(q.Path())] + "after=" + strconv.Itoa(max(from, 0)+mostRows)
		rows = rows[:mostRows]
	} else if end := max(from, 0) + len(rows); end < a.Listed[here] {
		c.Lead += " " + p.T("office.imports.rows_kept", "Rows", end)
	}
	t := table{Columns: []column{{Name: p.T("office.imports.name")}, {Name: p.T("office.imports.at")}, {Name: p.T("office.imports.why")}}}
	lang := map[bool]int{true: 1}[p.Lang == words.Swahili]
	for _, r := range rows {
		what, name := "", cmp.Or(r.Name, r.At)
		if r.What != "" {
			what = p.T("office.imports.what_" + r.What)
		}
		t.add(cell{Text: name, More: what}, cell{Text: r.At}, cell{Text: r.Why[lang]})
	}
	if c.Table = &t; len(rows) == 0 {
		c.Lead, c.Table = p.T("office.imports.rows_gone"), nil
	}
	p.add(c)
	return nil
}
