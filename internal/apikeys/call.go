package apikeys

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync/atomic"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Asked is a deed that a program asks for, by a name of its own. The same deed by the same name is done once.
type Asked struct {
	KeyID  int64
	Once   string // the program's name for it
	What   string // the address and what was sent to it
	Object string // of the audit trail: what the deed is told of there
}

// Call is a deed that a program asked for, as this run of it has it.
type Call struct {
	ID       int64
	Made     string // the id of what the deed was done to; empty before it is done
	Status   int    // of the answer; 0: there is none yet
	Answer   []byte
	object   string
	run      string
	state    callState
	finished atomic.Bool // a transaction with the deed has come back as committed
}

type callState string

// A call runs, and is done in the transaction of its deed; answered is what was said of it, well or badly.
const (
	running  callState = "running"
	done     callState = "done"
	answered callState = "answered"
)

const (
	answerPurpose = "api answer"
	askedPurpose  = "api asked" // what was sent may be short and about a person: its hash is keyed
	callRuns      = time.Minute // longer than a call and its transactions may take
	callKept      = 24 * time.Hour
)

// Done says that the deed is done, and is not to be done again.
func (c *Call) Done() bool { return c.state != running }

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Begin finds out whether a deed is to be done: it is when the call is not Done; then whoever holds it does it with Within and calls Answer or Let.
// Faults: fault.Conflict "api.once_other" of another deed by this name, "api.once_running" while another run of it may still do it; until tells for
// how long.
func (s *Service) Begin(ctx context.Context, a Asked) (c *Call, until time.Time, err error) {
	now := s.Clock.Now()
	mine := callRow{KeyID: a.KeyID, OnceHash: hashOf(a.Once), AskedHash: s.Keys.Lookup(askedPurpose, a.What), State: string(running), Run: seal.RandomHex(16), MadeAt: now, Until: now.Add(callRuns)}
	asked := s.Keys.Lookups(askedPurpose, a.What)
	var found callRow
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if found, err = beginCall(tx, mine); err != nil || found.Run == mine.Run {
			return err
		}
		if !found.Until.After(now) && !found.MadeAt.After(now.Add(-callKept)) { // forgotten, but not swept yet
			found, err = renewCall(tx, found, mine)
			return err
		}
		if slices.Contains(asked, found.AskedHash) && found.State == string(running) && !found.Until.After(now) { // its run died
			found, err = takeOverCall(tx, found, mine)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, until, err
	case !slices.Contains(asked, found.AskedHash):
		return nil, until, fault.New(fault.Conflict, "api.once_other")
	case found.State == string(running) && found.Run != mine.Run:
		return nil, found.Until, fault.New(fault.Conflict, "api.once_running")
	}
	c, err = s.call(found)
	if err == nil {
		c.object = a.Object
	}
	return c, until, err
}

func (s *Service) call(r callRow) (*Call, error) {
	c := &Call{ID: r.ID, Made: r.Made, Status: int(r.Status), run: r.Run, state: callState(r.State)}
	if c.state != answered {
		return c, nil
	}
	var err error
	c.Answer, err = s.Keys.Open(answerPurpose, r.Answer)
	return c, err
}

// Within is a context for the deed of a call: whatever transaction tells it in the audit trail keeps that it is done. A run that was taken for dead, and
// whose deed another may do, commits nothing any more; fault.Conflict "api.once_running".
func (s *Service) Within(ctx context.Context, c *Call) context.Context {
	return db.Fenced(ctx, func(tx *db.Tx) error {
		at := slices.IndexFunc(tx.Noted(), func(n db.Noted) bool { return n.Object == c.object })
		if at < 0 || c.finished.Load() {
			return holdCall(tx, c.ID, c.run)
		}
		made := tx.Noted()[at].ID
		tx.AfterCommit(func() {
			c.Made, c.state = made, done
			c.finished.Store(true)
		})
		return doneCall(tx, c.ID, c.run, made)
	})
}

// Answer keeps what a program is told of its call, and tells what it was told first.
func (s *Service) Answer(ctx context.Context, c *Call, status int, answer []byte) error {
	sealed, err := s.Keys.Seal(answerPurpose, answer)
	if err != nil {
		return err
	}
	c.Status, c.Answer = status, answer
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := answerCall(tx, c.ID, c.run, status, sealed)
		if err != nil || won {
			return err
		}
		r, err := callByID(tx, c.ID) // another run was faster
		if err != nil || r.State != string(answered) {
			return err
		}
		if c.Answer, err = s.Keys.Open(answerPurpose, r.Answer); err == nil {
			c.Status = int(r.Status)
		}
		return err
	})
}

// Let ends a run whose deed failed, as it seems, for a cause that passes: the next one may do it at once. A call that is Done then was done all the
// same: its commit came through, and only the word of it was lost.
func (s *Service) Let(ctx context.Context, c *Call) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := letCall(tx, c.ID, c.run, s.Clock.Now())
		if err == nil && r.Run == c.run {
			c.state, c.Made = callState(r.State), r.Made
		}
		return err
	})
}

// ForgetCalls deletes what was answered a day ago.
func (s *Service) ForgetCalls(ctx context.Context) error {
	before := s.Clock.Now().Add(-callKept)
	for {
		n, err := s.forgetCalls(ctx, before)
		if err != nil || n < forgetAtOnce {
			return err
		}
	}
}
