package mpesa

import (
	"regexp"

	"mtandao/billing"
)

const (
	mostReference = 64 // the rail says 20
	mostName      = 80
)

var shortCodeForm = regexp.MustCompile(`^[0-9]{5,10}$`)

// ReadConfirmation reads a C2B confirmation, or the validation of the same shape (reference/mpesa.md §8). Receipt, amount
// and short code must be there, else fault.Invalid "callback.unreadable"; the payer stays as told: a SHA-256, a mask, or a
// number.
func (c *Client) ReadConfirmation(body []byte) (billing.Confirmation, error) {
	var m struct {
		TransactionType, TransID, TransTime, TransAmount text
		BusinessShortCode, BillRefNumber                 text
		MSISDN, FirstName                                text
	}
	if err := decode(body, &m); err != nil {
		return billing.Confirmation{}, err
	}
	amount, err := m.TransAmount.amount()
	if err != nil {
		return billing.Confirmation{}, err
	}
	receipt := m.TransID.receipt()
	if receipt == "" || !shortCodeForm.MatchString(string(m.BusinessShortCode)) {
		return billing.Confirmation{}, unreadable("receipt or short code")
	}
	return billing.Confirmation{
		Receipt: receipt, Amount: amount, ShortCode: string(m.BusinessShortCode), Reference: m.BillRefNumber.plain(mostReference),
		Payer: m.MSISDN.plain(mostPayer), FirstName: m.FirstName.plain(mostName), Kind: m.TransactionType.plain(mostName),
		At: m.TransTime.time(),
	}, nil
}
