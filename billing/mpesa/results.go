package mpesa

import "mtandao/billing"

// stillPending is the query's code for a prompt that nobody has answered yet.
const stillPending = "4999"

// results are the result codes of a prompt (reference/mpesa.md §5). A code that is not here says nothing about the money.
var results = map[string]billing.Reason{
	"1":          billing.ReasonInsufficient,
	"2":          billing.ReasonTooSmall,
	"3":          billing.ReasonTooLarge,
	"4":          billing.ReasonLimit,
	"8":          billing.ReasonMerchantFault, // our own account is full
	"17":         billing.ReasonTooSoon,       // the same amount to us within two minutes
	"26":         billing.ReasonRailBusy,
	"1001":       billing.ReasonPhoneBusy,
	"1019":       billing.ReasonTimedOut,
	"1025":       billing.ReasonPushFailed,
	"1032":       billing.ReasonCancelled,
	"1037":       billing.ReasonTimedOut,
	"2001":       billing.ReasonWrongPIN,
	"2028":       billing.ReasonMerchantFault,
	"8006":       billing.ReasonPINLocked,
	"9999":       billing.ReasonPushFailed,
	"SFC_IC0003": billing.ReasonMerchantFault,
}

// verdictOf reads a result code; its description is kept but never matched on, for its wording varies.
func verdictOf(code, words string) billing.Verdict {
	v := billing.Verdict{State: billing.VerdictUnknown, Reason: billing.ReasonUnknown, Code: code, Text: words}
	if code == "0" {
		v.State, v.Reason = billing.VerdictPaid, billing.ReasonNone
	} else if code == stillPending {
		v.State, v.Reason = billing.VerdictPending, billing.ReasonNone
	} else if reason, known := results[code]; known {
		v.State, v.Reason = billing.VerdictFailed, reason
	}
	return v
}
