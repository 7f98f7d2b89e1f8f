package invoices

import (
	"cmp"
	"slices"

	"mtandao/billing/taxes"
	"mtandao/internal/db"
)

// split makes the documents of a bill: that of who pays now, and one for each other who was billed for what turns out otherwise. Who has paid for an
// account and does so no more, the account itself too, gets the credit for what was too much then, and is charged what was too little.
func (s *Service) split(tx *db.Tx, due Due, payer Terms, b Bill, prices map[int64]Price, rates taxes.Rates, failed error) (own Document, others []Document, err error) {
	payers := b.payersBut(payer.PayerID)
	if failed != nil || len(payers) == 0 {
		return s.draft(tx, due, payer, b, failed), nil, nil
	}
	terms, err := s.termsOf(tx, payers)
	if err != nil {
		return own, nil, err
	}
	for _, id := range payers {
		theirs, failed := s.partOf(due, prices, rates, terms[id].Exempt, func(l Line) bool { return l.Payer == id })
		d := s.draft(tx, due, terms[id].forPayer(payer), theirs, failed)
		if d.Cause += ":" + idText(id); due.Track == "" {
			d.Cause = due.cause() + "::" + idText(id)
		}
		if d.State == Parked {
			return s.draft(tx, due, payer, b, failed), nil, nil
		}
		others = append(others, d)
	}
	rest, failed := s.partOf(due, prices, rates, payer.Exempt, func(l Line) bool { return !slices.Contains(payers, l.Payer) })
	return s.draft(tx, due, payer, rest, failed), others, nil
}

// answers tells who answers for whom documents were made out to, by the ids of these.
func (r register) answers(docs []Document) (map[int64]int64, error) {
	ids := make([]int64, len(docs))
	for n, d := range docs {
		ids[n] = d.CustomerID
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	known, err := r.some(ids)
	if err == nil {
		err = answered(r, known)
	}
	all := make(map[int64]int64, len(ids))
	for _, id := range ids {
		all[id] = cmp.Or(known[id].ID, id)
	}
	return all, err
}

// payersOf are who gets the bills of customers, each once.
func payersOf(terms map[int64]Terms) (all []int64) {
	for _, t := range terms {
		all = append(all, t.PayerID)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// payersBut are the others who were billed for what a bill corrects.
func (b Bill) payersBut(now int64) (all []int64) {
	for _, l := range b.Lines {
		if l.Payer != 0 && l.Payer != now && !slices.Contains(all, l.Payer) {
			all = append(all, l.Payer)
		}
	}
	return all
}

// partOf is a bill for somebody: some of its lines, with the taxes that they pay, rounded.
func (s *Service) partOf(due Due, prices map[int64]Price, rates taxes.Rates, exempt Period, which func(Line) bool) (part Bill, err error) {
	to := due.History.RoundTo
	due.History.RoundTo, due.History.Exempt = 0, exempt
	b, err := s.compute(due, prices, rates)
	if err != nil {
		return part, err
	}
	for _, l := range b.Lines {
		if which(l) {
			part.add(l)
		}
	}
	c := computing{History: History{RoundTo: to}, rates: rates}
	return part, c.round(&part, due.Period)
}
