package mpesa

import (
	"strings"

	"mtandao/billing"
)

// statusResult is the envelope of asynchronous answers (reference/mpesa.md §10).
type statusResult struct {
	ResultCode, ResultDesc                   text
	OriginatorConversationID, ConversationID text
	ResultParameters                         struct{ ResultParameter pairs }
}

// ReadStatus reads a result of Transaction Status. Paid needs result code 0, the status Completed and an amount; the payee's
// short code is kept in PaidTo for the caller to compare. fault.Invalid "callback.unreadable".
func (c *Client) ReadStatus(body []byte) (billing.StatusResult, error) {
	var message struct{ Result statusResult }
	if err := decode(body, &message); err != nil {
		return billing.StatusResult{}, err
	}
	m := message.Result
	code := m.ResultCode.code()
	if code == "" {
		return billing.StatusResult{}, unreadable("code")
	}
	r := billing.StatusResult{ConversationID: m.ConversationID.id(mostID), OriginatorID: m.OriginatorConversationID.id(mostID),
		Verdict: operatorVerdict(code, m.ResultDesc.words())}
	if code != "0" {
		return r, nil
	}
	return readFound(r, m.ResultParameters.ResultParameter)
}

// operatorVerdict reads the code of the question itself: here 2001 and 8006 are about our operator, not about a payer. Only
// "no such receipt" speaks of the money.
func operatorVerdict(code, words string) billing.Verdict {
	v := billing.Verdict{State: billing.VerdictUnknown, Reason: billing.ReasonUnknown, Code: code, Text: words}
	switch code {
	case "R000002":
		v.State = billing.VerdictFailed
	case "18", "20", "21", "22", "2001", "2006", "2028", "8006":
		v.Reason = billing.ReasonMerchantFault
	case "26":
		v.Reason = billing.ReasonRailBusy
	}
	return v
}

// ends are the states in which a transaction has moved no money and never will, or has moved it back.
var ends = map[string]billing.Reason{
	"cancelled": billing.ReasonCancelled,
	"declined":  billing.ReasonUnknown,
	"expired":   billing.ReasonTimedOut,
	"reversed":  billing.ReasonReversed,
}

// readFound reads what the rail found. A value on which money depends and that is told twice, differently, is no value.
func readFound(r billing.StatusResult, parameters pairs) (billing.StatusResult, error) {
	told := map[string]text{}
	for _, name := range []string{"ReceiptNo", "TransactionStatus", "Amount", "CreditPartyName"} {
		value, err := parameters.only(name)
		if err != nil {
			return billing.StatusResult{}, err
		}
		told[name] = value
	}
	if r.Receipt = told["ReceiptNo"].receipt(); r.Receipt == "" && told["ReceiptNo"] != "" {
		return billing.StatusResult{}, unreadable("receipt")
	}
	r.Verdict = statusVerdict(r.Verdict, string(told["TransactionStatus"]))
	r.PaidTo = creditParty(string(told["CreditPartyName"]))
	r.Payer, r.PayerName = payer(parameters.first("DebitPartyName"))
	if r.At = parameters.first("FinalisedTime").time(); r.At.IsZero() {
		r.At = parameters.first("InitiatedTime").time()
	}
	return withAmount(r, told["Amount"])
}

func statusVerdict(v billing.Verdict, status string) billing.Verdict {
	status = strings.ToLower(status)
	reason, ended := ends[status]
	switch {
	case status == "completed":
		v.State, v.Reason = billing.VerdictPaid, billing.ReasonNone
	case ended:
		v.State, v.Reason = billing.VerdictFailed, reason
	case status != "":
		v.State, v.Reason = billing.VerdictPending, billing.ReasonNone
	}
	return v
}

// withAmount: money that came needs an amount, anything else does not.
func withAmount(r billing.StatusResult, amount text) (billing.StatusResult, error) {
	read, err := amount.amount()
	if err != nil && r.Verdict.State == billing.VerdictPaid {
		return billing.StatusResult{}, err
	}
	r.Amount = read
	return r, nil
}

// payer splits "2547… - NAME"; a party without a number has only a name.
func payer(party text) (number, name string) {
	number, name, both := strings.Cut(party.plain(2*mostName), " - ")
	if !both {
		return "", text(number).plain(mostName)
	}
	return text(number).plain(mostPayer), text(name).plain(mostName)
}

// creditParty is the payee's short code; whatever else begins with a digit, such as a person's number, is kept too, for it
// is no short code of ours. "" when only a name is told.
func creditParty(party string) string {
	code, _, _ := strings.Cut(party, " ")
	if code == "" || code[0] < '0' || code[0] > '9' {
		return ""
	}
	return text(code).plain(mostID)
}
