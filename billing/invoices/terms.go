package invoices

import (
	"context"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/settings"
)

// Terms are how a customer is billed. Most is said of them in billing/customers; Review and VIP are kept here.
type Terms struct {
	PayerID  int64  // who gets the bill: the customer, or the parent who pays
	For      string // whose bill it is, when another pays it
	Segment  string
	Exempt   Period // days on which no tax is paid
	PONumber string
	NeedsPO  bool   // no bill goes out without a purchase order's number
	DueDays  *int   // 0: at once; nil: as everybody
	Review   bool   // somebody looks at drafts
	VIP      bool   // dunning only reminds
	account  int64  // whose line it is
	called   string // and what they are called on the bill of another
}

// forPayer has the bill be somebody's, who pays or has paid for the account.
func (t Terms) forPayer(of Terms) Terms {
	if t.account, t.called = of.account, of.called; t.PayerID != t.account {
		t.For = t.called
	}
	return t
}

func (t Terms) days(s *settings.Store) int {
	if t.DueDays == nil {
		return s.Int(settings.InvoiceDueDays)
	}
	return *t.DueDays
}

func (s *Service) terms(c customers.Customer) Terms {
	return Terms{PayerID: c.ID, Segment: string(c.Segment), Exempt: exemptDays(c), PONumber: c.PurchaseOrder, NeedsPO: c.PurchaseOrderNeeded, DueDays: c.PaymentDays, account: c.ID, called: c.Name + ", " + c.Number}
}

// longestLine is of what a line is called on a document.
const longestLine = 160

// called is a line with whose it is.
func called(whose, line string) string {
	text := strings.Trim(whose+": "+line, ": ")
	if r := []rune(text); len(r) > longestLine {
		text = string(r[:longestLine-1]) + "…"
	}
	return text
}

// exemptDays are those on which a customer pays no tax, by the days of their certificate.
func exemptDays(c customers.Customer) (p Period) {
	if !c.TaxExempt {
		return p
	}
	p.Until = forever
	if d, ok := clock.ParseDay(c.ExemptFrom); ok {
		p.From = d
	}
	if d, ok := clock.ParseDay(c.ExemptUntil); ok {
		p.Until = d + 1
	}
	return p
}

// ExemptOn says that no tax is paid on a day.
func (t Terms) ExemptOn(d clock.Day) bool { return t.Exempt.holds(d) }

// register reads customers, and who of them is treated in another way than everybody.
type register struct {
	some    func(ids []int64) (map[int64]customers.Customer, error)
	treated func(ids []int64) (map[int64]termsRow, error)
}

func (s *Service) registerIn(tx *db.Tx) register {
	return register{func(ids []int64) (map[int64]customers.Customer, error) { return s.Customers.Some(tx, ids) },
		func(ids []int64) (map[int64]termsRow, error) { return s.treated(tx, ids) }}
}

func (s *Service) registerNow(ctx context.Context) register {
	return register{func(ids []int64) (map[int64]customers.Customer, error) { return s.Customers.SomeNow(ctx, ids) },
		func(ids []int64) (map[int64]termsRow, error) { return s.treatedNow(ctx, ids) }}
}

// linesTermsOf reads how the lines of customers are billed: to whom, and on which terms.
func (s *Service) linesTermsOf(tx *db.Tx, ids []int64) (map[int64]Terms, error) {
	return s.linesTermsBy(s.registerIn(tx), ids)
}

// termsOf reads the terms of what is made out to customers, whoever pays for their lines; whom the tables do not know is billed as everybody.
func (s *Service) termsOf(tx *db.Tx, ids []int64) (map[int64]Terms, error) {
	_, all, err := s.termsBy(s.registerIn(tx), ids)
	return all, err
}

// TermsOf are how a customer's lines are billed, with the days that whoever gets the bills has to pay.
func (s *Service) TermsOf(ctx context.Context, customerID int64) (Terms, error) {
	all, err := s.linesTermsBy(s.registerNow(ctx), []int64{customerID})
	return all[customerID].withDays(s.Settings), err
}

// OwnTermsOf are those of what is made out to a customer, whoever pays for their lines, with the days that they have to pay.
func (s *Service) OwnTermsOf(ctx context.Context, customerID int64) (Terms, error) {
	_, all, err := s.termsBy(s.registerNow(ctx), []int64{customerID})
	return all[customerID].withDays(s.Settings), err
}

func (t Terms) withDays(s *settings.Store) Terms {
	days := t.days(s)
	t.DueDays = &days
	return t
}

// termsBy are the terms of customers themselves, and these, or who answers for them.
func (s *Service) termsBy(r register, ids []int64) (map[int64]customers.Customer, map[int64]Terms, error) {
	known, err := r.some(ids)
	if err == nil {
		err = answered(r, known)
	}
	if err != nil {
		return nil, nil, err
	}
	all := make(map[int64]Terms, len(ids))
	for _, id := range ids {
		all[id] = Terms{PayerID: id, account: id}
		if c, is := known[id]; is {
			all[id] = s.terms(c)
		}
	}
	treated, err := r.treated(payersOf(all))
	for id, t := range all {
		t.Review, t.VIP = treated[t.PayerID].Review != 0, treated[t.PayerID].Vip != 0
		all[id] = t
	}
	return known, all, err
}

func (s *Service) linesTermsBy(r register, ids []int64) (map[int64]Terms, error) {
	known, all, err := s.termsBy(r, ids)
	if err != nil {
		return nil, err
	}
	var parents []int64
	for _, c := range known {
		if c.ParentPays {
			parents = append(parents, c.ParentID)
		}
	}
	_, payers, err := s.termsBy(r, parents)
	for id, c := range known {
		if c.ParentPays {
			all[id] = payers[c.ParentID].forPayer(all[id])
		}
	}
	return all, err
}

// answered puts who answers for those who were merged in their place: what is billed late of a merged account is theirs.
func answered(r register, known map[int64]customers.Customer) error {
	for range mostMerged {
		var into []int64
		for _, c := range known {
			if c.State == customers.Merged {
				into = append(into, c.MergedInto)
			}
		}
		if len(into) == 0 {
			return nil
		}
		others, err := r.some(into)
		if err != nil {
			return err
		}
		for id, c := range known {
			if other, ok := others[c.MergedInto]; ok && c.State == customers.Merged {
				known[id] = other
			}
		}
	}
	return nil
}

// answering gives drafts of who was merged since they were written to who answers for them.
func (s *Service) answering(tx *db.Tx, drafts []Document) error {
	var ids []int64
	for _, d := range drafts {
		ids = append(ids, d.CustomerID)
	}
	r := s.registerIn(tx)
	known, err := r.some(ids)
	if err == nil {
		err = answered(r, known)
	}
	for n, d := range drafts {
		c, ok := known[d.CustomerID]
		if err != nil || !ok || c.ID == d.CustomerID {
			continue
		}
		drafts[n].CustomerID, err = c.ID, s.rehome(tx, d.ID, c.ID)
	}
	return err
}

// mostMerged is how many accounts one after the other were merged into the next.
const mostMerged = 20

// Treat says of a customer whether somebody looks at their drafts, and whether dunning only reminds them: then nothing bars them any more.
func (s *Service) Treat(ctx context.Context, customerID int64, review, vip bool, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.Purse.Held(tx, customerID); err != nil {
			return err
		}
		if err := s.treat(tx, customerID, review, vip); err != nil {
			return err
		}
		if vip {
			if err := s.lift(tx, customerID, string(HeldVIP)); err != nil {
				return err
			}
		}
		return s.recordOf(tx, by, "invoice terms changed", customerID, map[string]bool{"review": review, "vip": vip})
	})
}

// Names are what customers are called; whom the tables do not know has the number that documents name them by.
func (s *Service) Names(ctx context.Context, customerIDs []int64) (map[int64]string, error) {
	known, err := s.Customers.SomeNow(ctx, customerIDs)
	all := make(map[int64]string, len(customerIDs))
	for _, id := range customerIDs {
		if all[id] = "#" + idText(id); known[id].Name != "" {
			all[id] = known[id].Name
		}
	}
	return all, err
}
