package billing

// The facts of money that came in and went back. Key is the receipt's or refund's id; the payload is a ReceiptFact or a RefundFact.
const (
	FactReceived = "money received" // from outside: a receipt was kept
	FactRefunded = "refund paid"
)

// ReceiptFact is the payload of FactReceived.
type ReceiptFact struct{ ReceiptID int64 }

// RefundFact is the payload of FactRefunded.
type RefundFact struct{ RefundID int64 }
