package cutover

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// How long a run works, well within what a job may take: bringing in and taking back begin anew where they stopped; a dry run has nowhere to go on from.
const (
	runFor  = time.Minute
	readFor = 100 * time.Second
)

// toldEvery is how often the work says how far it is.
const toldEvery = time.Second

// run does what is to be done with a source. It may be cut at any point and run again.
func (d *Desk) run(ctx context.Context, j jobs.Job) error {
	var f sourceFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	s, err := d.Get(ctx, f.SourceID)
	if fault.Is(err, fault.NotFound) || err == nil && !s.Moving() {
		return nil
	}
	if err != nil {
		return err
	}
	limit := runFor
	if s.State == Reading {
		limit = readFor
	}
	within, cut := context.WithTimeout(ctx, limit)
	defer cut()
	a, to, err := d.work(within, s)
	switch long := err != nil && within.Err() != nil && ctx.Err() == nil; {
	case long && s.State == Reading:
		err = conflict("cutover.takes_long")
	case long:
		return jobs.Again(0, errors.New("more to bring in"))
	}
	if err != nil && !keeps(err) {
		return err
	}
	if err != nil {
		return d.stop(ctx, s, err)
	}
	return d.ended(ctx, s, to, a)
}

// work does it, and tells what state it leads to.
func (d *Desk) work(ctx context.Context, s Source) (a telling, to string, err error) {
	by, watch := customers.By{Actor: s.By, From: s.From}, d.watching(ctx, s)
	if s.State == Going {
		u, err := d.Undo(ctx, s.ImportID, by, watch)
		if to = Gone; len(u.Stayed) > 0 {
			to = Came
		}
		return undoneOf(u), to, err
	}
	b, err := d.read(ctx, s)
	if err != nil {
		return a, "", err
	}
	if s.State == Reading {
		r, err := d.Preview(ctx, b, s.wish(watch))
		if err != nil {
			return a, "", err
		}
		return accountOf(r), Told, nil
	}
	r, err := d.Import(ctx, b, s.wish(watch), by)
	if r != nil && r.ImportID != 0 {
		if e := d.named(ctx, s.ID, r.ImportID); err == nil {
			err = e
		}
	}
	if err != nil {
		return a, "", err
	}
	return accountOf(r), Came, nil
}

// watching writes down how far the work is, now and then.
func (d *Desk) watching(ctx context.Context, s Source) Watch {
	last := d.Clock.Now()
	return func(done, of int) {
		now := d.Clock.Now()
		if now.Sub(last) < toldEvery {
			return
		}
		last = now
		if err := d.progress(ctx, s.ID, done, of); err != nil && ctx.Err() == nil {
			d.log.Warn("how far an import is could not be written", "source", s.ID, "error", err)
		}
	}
}

// stop puts a source back to where somebody can go on, with the reason.
func (d *Desk) stop(ctx context.Context, s Source, why error) error {
	to := map[string]string{Reading: Failed, Coming: Told, Going: Came}[s.State]
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := d.setSource(tx, s.ID, to, map[string]any{"reason": reasonText(why)}, nil, s.State)
		return err
	})
}

// ended keeps what was said, and the new state. Who asked for something else meanwhile has it.
func (d *Desk) ended(ctx context.Context, s Source, to string, a telling) error {
	body, err := pack(a.Account)
	if err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := d.setSource(tx, s.ID, to, nil, nil, s.State)
		if err != nil || !won {
			return err
		}
		if err := d.keep(tx, s.ID, pieceAccount, body); err != nil {
			return err
		}
		return d.keepRows(tx, s.ID, a.rows)
	})
}
