package support

// The facts about tickets. Key is the ticket's id; the payload is a Fact.
const (
	FactOpened = "ticket opened"
	FactDone   = "ticket done" // solved or closed, and was neither before
)

// Fact is the payload of facts about tickets.
type Fact struct{ TicketID int64 }
