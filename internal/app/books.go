package app

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/books"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/staff"
)

// books are the ledger and its days for those who read them.
func (m *Main) books() *books.Books {
	return books.New(m.DB, m.Clock, m.Jobs, m.Ledger, m.Daybook)
}

// bookDesk is what the office does with the books.
type bookDesk struct {
	*books.Books
	m *Main
}

// AskProof implements backoffice.Books; the trail says who asked.
func (d bookDesk) AskProof(ctx context.Context, by staff.By) error {
	actor, err := d.m.Staff.Member(ctx, by.MemberID)
	if err != nil {
		return err
	}
	return d.Books.AskProof(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, d.m.Clock.Now(), audit.Event{Actor: actor.Email, From: by.From, Action: "books proof asked", Object: "report", ObjectID: "ledger"})
	})
}

// scheduleProof has the books proved each day, and when somebody asks.
func (m *Main) scheduleProof() {
	b := m.books()
	m.Jobs.Every("books proof", time.Hour, b.ProveDaily)
	m.Jobs.On(books.FactProofAsked, "books", func(ctx context.Context, j jobs.Job) error {
		var asked struct{ ID int64 }
		if err := j.Decode(&asked); err != nil {
			return err
		}
		done, err := b.Prove(ctx, asked.ID)
		if err == nil && !done {
			err = jobs.Again(0, errors.New("more to prove"))
		}
		return err
	})
}
