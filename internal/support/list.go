package support

import "context"

// Filter chooses tickets; what is empty does not restrict. Sites, when given, are the only ones.
type Filter struct {
	Done       bool // those that are solved or closed, the latest due first; otherwise those that are not, the earliest due first
	Owner      string
	Unowned    bool
	Overdue    bool
	Complaints bool
	Queue      string
	Sites      []int64
	After      *Ticket // the page that begins behind it
	Limit      int
}

const mostListed = 200

// List gives one page of tickets.
func (s *Service) List(ctx context.Context, f Filter) ([]Ticket, error) {
	if f.Limit = min(f.Limit, mostListed); f.Limit <= 0 {
		f.Limit = mostListed
	}
	return s.list(ctx, f, s.Clock.Now())
}

// Count says how many tickets that are not done a filter chooses, at most CountedTo.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	f.Limit, f.Done = CountedTo, false
	return s.count(ctx, f, s.Clock.Now())
}

// CountedTo is up to where tickets are counted.
const CountedTo = 1000

// Which narrows a list of tickets by when they were opened; empty fields do not.
type Which struct {
	CustomerID int64
	State      State
	Sites      []int64
}
