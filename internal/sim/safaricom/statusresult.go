package safaricom

// parameter may lack its Value.
type parameter struct {
	Key   string
	Value any `json:",omitempty"`
}

// result is the envelope of asynchronous answers. parameters are a list, one object, or absent: all are seen.
func (q statusQuestion) result(code, own string, parameters any) map[string]any {
	text := wording(code, q.variant)
	body := map[string]any{
		"ResultType": 0, "ResultCode": resultCode(code), "ResultDesc": text,
		"OriginatorConversationID": q.originator, "ConversationID": q.conversation, "TransactionID": own,
		"ReferenceData": map[string]any{"ReferenceItem": q.reference()},
	}
	if parameters != nil {
		body["ResultParameters"] = map[string]any{"ResultParameter": parameters}
	}
	return map[string]any{"Result": body}
}

func (q statusQuestion) reference() any {
	occasion := parameter{Key: "Occasion"}
	if text := q.fields.text("Occasion"); text != "" {
		occasion.Value = text
	}
	if q.variant%2 == 0 {
		return []parameter{occasion}
	}
	return occasion
}

func (q statusQuestion) parameters(m Move, name string) []parameter {
	payer := m.Phone + " - " + name
	var amount, initiated any = number(decimal(m.Cents)), number(stamp(m.At))
	if q.variant%3 == 0 {
		amount = decimal(m.Cents)
	}
	if q.variant%5 == 0 {
		initiated = dotted(m.At)
	}
	return []parameter{
		{"DebitPartyName", payer},
		{"CreditPartyName", m.ShortCode + " - " + q.merchant.Name},
		{"OriginatorConversationID", q.originator},
		{"InitiatedTime", initiated},
		{"DebitAccountType", "MMF Account For Customer"},
		{"DebitPartyCharges", nil},
		{"TransactionReason", nil},
		{"ReasonType", transactionReason(m.Kind)},
		{"TransactionStatus", transactionStatus(m)},
		{"FinalisedTime", initiated},
		{"Amount", amount},
		{"ConversationID", q.conversation},
		{"ReceiptNo", m.Receipt},
		{"DebitPartyName", payer},
	}
}

func transactionReason(kind string) string {
	switch kind {
	case KindTill:
		return "Merchant Payment"
	case KindPayBill:
		return "Pay Bill Offline"
	}
	return "Pay Bill Online"
}

func transactionStatus(m Move) string {
	if m.Reversed {
		return "Reversed"
	}
	return "Completed"
}
