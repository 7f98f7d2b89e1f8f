package ledger

import "mtandao/internal/money"

// TaxAhead are the postings of taxes, in cents, that fall due when service is paid for beforehand: owed from then on, and no cost before the service is used.
// Below zero they are taken back, with the money.
func TaxAhead(party string, excise, vat int64) []Posting {
	return append(both(ExciseAhead, party, ExcisePayable, "", excise), both(VATAhead, party, VATPayable, "", vat)...)
}

// TaxUsed are the postings of such taxes when the service is used, or never will be: of what it brought they are no income. Below zero the service is as if it
// had not been used.
func TaxUsed(party, income string, excise, vat int64) []Posting {
	all := both(income, "", ExciseAhead, party, excise)
	return append(all, both(income, "", VATAhead, party, vat)...)
}

// TaxBack are the postings of taxes that are not owed any more, because what was earned goes back: out of what it brought only the net is.
func TaxBack(income string, excise, vat int64) []Posting {
	return append(both(ExcisePayable, "", income, "", excise), both(VATPayable, "", income, "", vat)...)
}

// both moves cents from an account to another.
func both(to, toParty, from, fromParty string, cents int64) []Posting {
	if cents == 0 {
		return nil
	}
	return []Posting{{Account: to, Party: toParty, Amount: money.KES(cents)}, {Account: from, Party: fromParty, Amount: money.KES(-cents)}}
}
