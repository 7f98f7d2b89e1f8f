package backoffice

// tellTrial is the trial balance: each account before, what moved, and after, which sums to zero.
func tellTrial(a asking) (said telling, err error) {
	t, err := a.Books.Trial(a.ctx, a.Now.First, a.Now.Last)
	if err != nil {
		return said, err
	}
	said.Taken = t.Rows(a.f.Lang)
	if len(t.Accounts) == 0 {
		return said, nil
	}
	agrees := figure{Label: a.T("office.trial.sum"), Value: kes(t.After), Detail: a.T("office.trial.agrees")}
	if !t.Agrees() {
		agrees.Detail = a.T("office.trial.differs")
	}
	said.Figures = []figure{{Label: a.T("books.debit"), Value: kes(t.Debits)}, {Label: a.T("books.credit"), Value: kes(t.Credits)}, agrees}
	said.Columns = []column{{Name: a.T("books.account")}, {a.T("books.before"), "num"}, {a.T("books.debit"), "num"}, {a.T("books.credit"), "num"}, {a.T("books.after"), "num"}}
	days := "?from=" + a.Now.First.String() + "&until=" + a.Now.Last.String()
	for _, s := range t.Accounts {
		said.add(cell{Text: s.Text(a.f.Lang), More: s.Code, Address: accountAt + s.Code + days}, cell{Text: kes(s.BeforeCents)}, debitCell(s.DebitCents), debitCell(s.CreditCents), cell{Text: kes(s.AfterCents())})
	}
	said.add(cell{Text: a.T("office.money_report.total")}, cell{Text: kes(t.Before)}, cell{Text: kes(t.Debits)}, cell{Text: kes(t.Credits)}, cell{Text: kes(t.After)})
	return said, nil
}
