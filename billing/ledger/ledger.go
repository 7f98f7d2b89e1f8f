package ledger

import (
	"context"
	"time"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Ledger keeps the books.
type Ledger struct {
	db    *db.DB
	clock clock.Clock
	chain chain.Chain
}

// New makes the ledger.
func New(d *db.DB, c clock.Clock) *Ledger {
	l := &Ledger{db: d, clock: c}
	l.chain = chain.Chain{DB: d, Clock: c, Items: "ledger_entries", Links: "ledger_links", Item: "entry", Contents: l.contents}
	return l
}

// Post adds an entry in the caller's transaction and returns its id. The same entry again returns the first id; another
// entry of the same cause is fault.Conflict "ledger.source_taken". Faults of a wrong entry: fault.Invalid "ledger.…".
func (l *Ledger) Post(tx *db.Tx, e Entry) (int64, error) {
	currency, err := e.check()
	if err != nil {
		return 0, err
	}
	if first, err := l.bySource(tx, e.Kind, e.Source); err == nil {
		return first.ID, sameEntry(first, e)
	} else if !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	e.ID, e.At = tx.ID(), e.At.UTC().Truncate(time.Millisecond)
	err = tx.Savepoint(func() error { return l.insert(tx, e, currency) })
	if !db.IsDuplicate(err) {
		return e.ID, err
	}
	first, err := l.bySource(tx, e.Kind, e.Source) // posted meanwhile on another connection
	if err != nil {
		return 0, err
	}
	return first.ID, sameEntry(first, e)
}

// PostAll is Post for many entries of one kind at once, with as many statements as for a few. A cause that has an entry is fault.Conflict
// "ledger.source_taken": who posts so holds what makes each cause its own.
func (l *Ledger) PostAll(tx *db.Tx, entries []Entry) error {
	currencies := make([]string, len(entries))
	for n := range entries {
		var err error
		if currencies[n], err = entries[n].check(); err != nil {
			return err
		}
		entries[n].ID, entries[n].At = tx.ID(), entries[n].At.UTC().Truncate(time.Millisecond)
	}
	err := l.insertAll(tx, entries, currencies)
	if db.IsDuplicate(err) {
		return fault.Wrap(fault.Conflict, "ledger.source_taken", err, "Source", entries[0].Source)
	}
	return err
}

func sameEntry(first entryRow, e Entry) error {
	if first.Content != e.digest() {
		return fault.New(fault.Conflict, "ledger.source_taken", "Source", e.Source)
	}
	return nil
}

// BookedBy says that entries are booked on another clock too: the chain does not wait for them until its own comes there, when the other runs ahead.
func (l *Ledger) BookedBy(c clock.Clock) *Ledger {
	l.chain.Ahead = c
	return l
}

// Reverse posts the opposite of an entry, for the cause source; fault.NotFound when there is no such entry.
func (l *Ledger) Reverse(tx *db.Tx, entryID int64, source, memo string) (int64, error) {
	e, err := l.entry(tx, entryID)
	if err != nil {
		return 0, err
	}
	back := Entry{Kind: "reversal", Source: source, Memo: memo, At: l.clock.Now()}
	for _, p := range e.Postings {
		p.Amount = p.Amount.Neg()
		back.Postings = append(back.Postings, p)
	}
	return l.Post(tx, back)
}

// Chain links the unchained entries in order of their ids. One node runs it under a lease; should two run at once, the
// sequence number's key lets one of them win.
func (l *Ledger) Chain(ctx context.Context) error { return l.chain.Extend(ctx) }

// Head is the newest link: its number and hash, to be kept outside the database.
func (l *Ledger) Head(ctx context.Context) (seq int64, hash string, err error) {
	return l.chain.Head(ctx)
}

// Proof is what an entry says of its cause's rows.
type Proof struct {
	EntryID       int64
	Source, Proof string
}

// Proofs lists what the entries of these kinds say, whose source lies in [from, to), the oldest first.
func (l *Ledger) Proofs(ctx context.Context, kinds []string, from, to string) ([]Proof, error) {
	rows, err := l.proofs(ctx, kinds, from, to)
	all := make([]Proof, len(rows))
	for i, r := range rows {
		all[i] = Proof{EntryID: r.ID, Source: r.Source, Proof: r.Proof}
	}
	return all, err
}

// Said are the same by their sources, where each has one entry of these kinds.
func (l *Ledger) Said(ctx context.Context, kinds []string, from, to string) (map[string]string, error) {
	all, err := l.Proofs(ctx, kinds, from, to)
	said := make(map[string]string, len(all))
	for _, p := range all {
		said[p.Source] = p.Proof
	}
	return said, err
}

// HashAt is the hash of a link; empty when there is no such link.
func (l *Ledger) HashAt(ctx context.Context, seq int64) (string, error) {
	return l.chain.HashAt(ctx, seq)
}

// Balance is the sum of an account, or of one party's part of it when party is not empty.
func (l *Ledger) Balance(ctx context.Context, account, party string) (money.Amount, error) {
	cents, err := l.sum(ctx, account, party)
	return money.KES(cents), err
}
