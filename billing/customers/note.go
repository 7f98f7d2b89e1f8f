package customers

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Note is what somebody wrote down about a customer. Notes are added, never changed.
type Note struct {
	ID   int64
	Text string
	By   string
	At   time.Time
}

const mostNote = 2000

// AddNote writes a note down; fault.Invalid "customer.note", fault.NotFound "customer.unknown".
func (s *Service) AddNote(ctx context.Context, customerID int64, text string, by By) error {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if n := utf8.RuneCountInString(text); n == 0 || n > mostNote || !utf8.ValidString(text) {
		return fault.New(fault.Invalid, "customer.note")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.GetTx(tx, customerID); err != nil {
			return err
		}
		if err := s.insertNote(tx, customerID, text, by.Actor); err != nil {
			return err
		}
		return s.record(tx, by, "note written", customerID, nil, nil)
	})
}
