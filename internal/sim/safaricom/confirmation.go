package safaricom

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// confirmations of money that moved; none when no address is registered. The caller holds the lock.
func (s *Server) confirmations(m Merchant, done Move, third string, takings int64) []message {
	r, registered := s.urls[m.payee()]
	if !registered || done.faults.LoseConfirmation {
		return nil
	}
	at := s.opt.Delays.Confirm
	if done.faults.LateConfirmation {
		at += s.opt.Delays.Late
	}
	copies := 1
	if done.faults.DoubleConfirmation {
		copies = 2
	}
	body := c2bBody(r, m, done, s.person(done.Phone).name, decimal(takings), third)
	var batch []message
	for i := range copies {
		batch = append(batch, message{kind: "confirmation", url: r.confirm, body: body, at: at + time.Duration(i)*s.opt.Delays.Gap})
	}
	return batch
}

// c2bBody is the shape of validation and confirmation alike.
func c2bBody(r registration, m Merchant, done Move, name, takings, third string) map[string]any {
	return map[string]any{
		"TransactionType": transactionType(m, done.Kind), "TransID": done.Receipt, "TransTime": stamp(done.At),
		"TransAmount": decimal(done.Cents), "BusinessShortCode": r.shortCode, "BillRefNumber": done.Reference,
		"InvoiceNumber": "", "OrgAccountBalance": takings, "ThirdPartyTransID": third,
		"MSISDN": payer(r.version, done), "FirstName": name, "MiddleName": "", "LastName": "",
	}
}

func transactionType(m Merchant, kind string) string {
	switch {
	case m.Type == PayBill:
		return "Pay Bill"
	case kind == KindPush:
		return "Customer Merchant Payment"
	}
	return "Buy Goods"
}

// payer as each version tells him: hashed, or masked in one of two ways.
func payer(version int, done Move) string {
	if version == 1 {
		sum := sha256.Sum256([]byte(done.Phone))
		return hex.EncodeToString(sum[:])
	}
	head, tail := done.Phone[:len(done.Phone)-3], done.Phone[len(done.Phone)-3:]
	if done.Receipt[3]%2 == 0 {
		return fmt.Sprintf("%s ***** %s", head[:4], tail)
	}
	return fmt.Sprintf("%s****%s", head[:5], tail)
}
