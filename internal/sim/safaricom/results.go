package safaricom

import (
	"maps"
	"slices"
)

// results are the codes a payment can end with. Each has several wordings, because the real wording varies by channel
// and day and must not be matched on.
var results = map[string][]string{
	"0":          {"The service request is processed successfully.", "The service request has been processed successfully"},
	"1":          {"The balance is insufficient for the transaction.", "The balance is insufficient for the transaction"},
	"2":          {"Declined due to limit rule: less than the minimum transaction amount."},
	"3":          {"Declined due to limit rule: greater than the maximum transaction amount."},
	"4":          {"Declined due to limit rule: would exceed daily transfer limit."},
	"8":          {"Declined due to limit rule: would exceed the maximum balance."},
	"17":         {"Rule limited.", "System internal error."},
	"26":         {"System traffic blocking condition in place.", "System busy"},
	"1001":       {"Unable to lock subscriber, a transaction is already in process for the current subscriber"},
	"1019":       {"Transaction has expired", "Transaction expired. No MO has been received"},
	"1025":       {"An error occurred while sending a push request", "Unable to send push"},
	"1032":       {"Request cancelled by user", "Request Cancelled by user.", "[STK_CB - ]Request cancelled by user"},
	"1037":       {"DS timeout user cannot be reached", "DS timeout.", "No response from user."},
	"2001":       {"The initiator information is invalid.", "[MpesaCB - ]The initiator information is invalid."},
	"2028":       {"The request is not permitted according to product assignment."},
	"8006":       {"The security credential is locked."},
	"9999":       {"Request failed: error sending push", "Error sending push request"},
	"SFC_IC0003": {"The operator does not exist."},
}

// answers are the codes that only what an operator asks for can end with.
var answers = map[string][]string{
	"21":      {"The initiator is not allowed to initiate this request."},
	"24":      {"The parameter is invalid."},
	"R000001": {"The transaction has already been reversed."},
	"R000002": {"The OriginalTransactionID is invalid."},
}

// Codes are all codes a payment can end with, sorted, for those who try each.
func Codes() []string { return slices.Sorted(maps.Keys(results)) }

func wording(code string, variant int) string {
	texts := append(slices.Clone(results[code]), answers[code]...)
	if len(texts) == 0 {
		return "Failed."
	}
	return texts[variant%len(texts)]
}

// resultCode is a number in callbacks when it can be one.
func resultCode(code string) any {
	if digits.MatchString(code) {
		return number(code)
	}
	return code
}
