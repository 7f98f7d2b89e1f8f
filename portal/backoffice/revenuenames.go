package backoffice

import (
	"mtandao/billing/daybook"
)

// planNamesOf are the names of plans by their keys, in the reader's language; one that is no more is told by its key.
func (b *Backoffice) planNamesOf(q *request, f *frame, _ []string) (map[string]string, error) {
	all, err := b.Plans.All(q.ctx)
	names := make(map[string]string, len(all))
	for _, p := range all {
		names[p.Key] = p.Name(f.Lang)
	}
	return names, err
}

// siteNamesBy are the names of sites by their ids.
func (b *Backoffice) siteNamesBy(*request, *frame, []string) (map[string]string, error) {
	names := map[string]string{}
	for _, s := range b.Sites.Sites() {
		names[number(s.ID)] = s.Name
	}
	return names, nil
}

func wayNames(_ *Backoffice, _ *request, f *frame, _ []string) (map[string]string, error) {
	return map[string]string{daybook.ByPhone: f.T("office.revenue.by_phone"), daybook.ByVoucher: f.T("office.revenue.by_voucher"), daybook.ByAccount: f.T("office.revenue.by_account"),
		daybook.ByInvoice: f.T("office.revenue.by_invoice")}, nil
}

// accountNames are the names of accounts by their codes.
func accountNames(_ *Backoffice, _ *request, f *frame, _ []string) (map[string]string, error) {
	names := daybook.NameKeys()
	for code, key := range names {
		names[code] = f.T(key)
	}
	return names, nil
}
