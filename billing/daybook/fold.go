package daybook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
)

// names are what an entry names, by its source and its parties.
type names struct {
	grant, batch, reseller, partner, receipt, invoice, subscription, event int64
}

// namesIn reads them. A source tells what its kind says; parties of the same name say more than it.
func namesIn(e ledger.Entry) (n names) {
	kind, rest, _ := strings.Cut(e.Source, ":")
	number, _, _ := strings.Cut(rest, ":")
	switch {
	case kind == "reseller" && e.Kind == "reseller":
		n.event = idIn(number)
	case kind == "receipt":
		n.receipt = idIn(number)
	case kind == "invoice":
		n.invoice = idIn(number)
	case kind == "subscription":
		n.subscription = idIn(number)
	}
	for _, p := range e.Postings {
		kind, number, _ := strings.Cut(p.Party, ":")
		switch kind {
		case "grant":
			n.grant = cmp.Or(n.grant, idIn(number))
		case "batch":
			n.batch = cmp.Or(n.batch, idIn(number))
		case "reseller":
			n.reseller = cmp.Or(n.reseller, idIn(number))
		case "partner":
			n.partner = cmp.Or(n.partner, idIn(number))
		}
	}
	return n
}

// idIn is 0 for what is no id.
func idIn(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// told are accounts whose money is of a sale: what is earned, and what it costs to sell.
var told = func() map[string]bool {
	accounts := map[string]bool{}
	for _, a := range ledger.Chart {
		accounts[a.Code] = a.Kind == ledger.Income || a.Kind == ledger.Expense
	}
	return accounts
}()

func tells(e ledger.Entry) bool {
	return slices.ContainsFunc(e.Postings, func(p ledger.Posting) bool { return told[p.Account] })
}

// sale is what was sold and where.
type sale struct {
	planKey  string
	siteID   int64
	reseller int64
}

// sales are those that entries name.
type sales struct{ grants, batches, receipts, invoices, subscriptions, events map[int64]sale }

// of: a grant or a batch was bought once and for all; the rest is asked in order of what it is nearest to.
func (s sales) of(e ledger.Entry) Of {
	n := namesIn(e)
	of := Of{Way: wayOf[e.Kind], ResellerID: n.reseller, PartnerID: n.partner}
	for _, from := range []struct {
		known map[int64]sale
		id    int64
	}{{s.grants, n.grant}, {s.batches, n.batch}, {s.events, n.event}, {s.invoices, n.invoice}, {s.subscriptions, n.subscription}, {s.receipts, n.receipt}} {
		if found, ok := from.known[from.id]; ok {
			of.PlanKey, of.SiteID = found.planKey, found.siteID
			if of.Way == ByVoucher { // a guest who had a voucher once may pay by phone for more of the same
				of.ResellerID = cmp.Or(of.ResellerID, found.reseller)
			}
			break
		}
	}
	return of
}

// line is of what a posting is that names one line of several on a bill; else it is of what its entry is.
func (s sales) line(p ledger.Posting, whole Of) Of {
	if found, ok := s.subscriptions[lineOf(p)]; ok {
		whole.PlanKey, whole.SiteID = found.planKey, found.siteID
	}
	return whole
}

// lineOf is the line whose a posting is; 0 for none.
func lineOf(p ledger.Posting) int64 {
	kind, number, _ := strings.Cut(p.Party, ":")
	if kind != "subscription" {
		return 0
	}
	return idIn(number)
}

// key is the primary key of a line.
type key struct {
	account, day, kind string
	of                 Of
}

// fold sums entries, in the order of their keys: whoever adds lines locks them in one order.
func fold(entries []ledger.Chained, sold sales) []Line {
	sums := map[key]*Line{}
	for _, e := range entries {
		var whole Of
		if tells(e.Entry) {
			whole = sold.of(e.Entry)
		}
		day := clock.DayOf(e.At).String()
		for _, p := range e.Postings {
			if p.Amount.IsZero() { // of digests, which move nothing
				continue
			}
			k := key{account: p.Account, day: day, kind: e.Kind}
			if told[p.Account] {
				k.of = sold.line(p, whole)
			}
			l := sums[k]
			if l == nil {
				l = &Line{DaySum: ledger.DaySum{Account: k.account, Day: k.day, Kind: k.kind}, Of: k.of}
				sums[k] = l
			}
			l.add(p.Amount.Cents)
		}
	}
	return sorted(sums)
}

// monthly sums lines by their months; they stay in the order of their keys.
func monthly(lines []Line) []Line {
	sums := map[key]*Line{}
	for _, l := range lines {
		l.Day = l.Day[:len("2026-11")]
		k := key{l.Account, l.Day, l.Kind, l.Of}
		if sum := sums[k]; sum != nil {
			sum.DebitCents, sum.CreditCents, sum.Postings = sum.DebitCents+l.DebitCents, sum.CreditCents+l.CreditCents, sum.Postings+l.Postings
		} else {
			sums[k] = &l
		}
	}
	return sorted(sums)
}

func sorted(sums map[key]*Line) []Line {
	lines := make([]Line, 0, len(sums))
	for _, l := range sums {
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, Line.compare)
	return lines
}

func (l *Line) add(cents int64) {
	if cents > 0 {
		l.DebitCents += cents
	} else {
		l.CreditCents -= cents
	}
	l.Postings++
}

func (l Line) compare(o Line) int {
	return cmp.Or(cmp.Compare(l.Account, o.Account), cmp.Compare(l.Day, o.Day), cmp.Compare(l.Kind, o.Kind), cmp.Compare(l.PlanKey, o.PlanKey),
		cmp.Compare(l.SiteID, o.SiteID), cmp.Compare(l.Way, o.Way), cmp.Compare(l.ResellerID, o.ResellerID), cmp.Compare(l.PartnerID, o.PartnerID))
}
