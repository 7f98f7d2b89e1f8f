package backoffice

import (
	"mtandao/billing/daybook"
)

// planNamesOf are the names of plans by their keys, in the reader's language; one that is no more is told by its key.
func planNamesOf(a asking) (map[string]string, error) {
	all, err := a.Plans.All(a.ctx)
	names := make(map[string]string, len(all))
	for _, p := range all {
		names[p.Key] = p.Name(a.f.Lang)
	}
	return names, err
}

// siteNamesBy are the names of sites by their ids.
func siteNamesBy(a asking) (map[string]string, error) {
	names := map[string]string{}
	for _, s := range a.Sites.Sites() {
		names[number(s.ID)] = s.Name
	}
	return names, nil
}

func wayNames(a asking) (map[string]string, error) {
	return map[string]string{daybook.ByPhone: a.T("office.revenue.by_phone"), daybook.ByVoucher: a.T("office.revenue.by_voucher"), daybook.ByAccount: a.T("office.revenue.by_account"),
		daybook.ByInvoice: a.T("office.revenue.by_invoice")}, nil
}

// accountNames are the names of accounts by their codes.
func accountNames(a asking) (map[string]string, error) {
	names := daybook.NameKeys()
	for code, key := range names {
		names[code] = a.T(key)
	}
	return names, nil
}
