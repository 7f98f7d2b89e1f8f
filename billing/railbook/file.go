package railbook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/words"
)

// The states of a file: reading → told → taking → taken; what cannot be read failed.
const (
	Reading = "reading"
	Told    = "told"
	Taking  = "taking"
	Taken   = "taken"
	Failed  = "failed"
)

// Bounds of what is kept of files. A larger one is read by the command.
const (
	MostOctets  = 16 << 20
	mostKept    = 64 << 20
	keptFor     = 7 * 24 * time.Hour
	pieceOctets = 512 << 10
	longestName = 100
)

// File is a statement that somebody brought.
type File struct {
	ID, TillID  int64 // the till that they named; 0: whose short code it says
	Name        string
	Octets      int64 // of what is kept; 0 when its lines are
	State       string
	Reason      error // why it failed
	By          By
	At, MovedAt time.Time
}

// Moving says that work is done with it.
func (f File) Moving() bool { return f.State == Reading || f.State == Taking }

// Bring keeps a file, and has it looked at. fault.Invalid "statement.no_file" or "statement.file_size", fault.Conflict "statement.store_full".
func (s *Service) Bring(ctx context.Context, tillID int64, name string, file io.Reader, by By) (f File, err error) {
	body, err := io.ReadAll(io.LimitReader(file, MostOctets+1))
	switch {
	case err != nil:
		return f, err
	case len(body) > MostOctets:
		return f, fault.New(fault.Invalid, "statement.file_size", "Most", MostOctets>>20)
	case len(body) == 0:
		return f, fault.New(fault.Invalid, "statement.no_file")
	}
	now := s.Clock.Now()
	f = File{TillID: tillID, Name: fileName(name), Octets: int64(len(body)), State: Reading, By: by, At: now, MovedAt: now}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		f.ID = tx.ID()
		kept, err := keptOctets(tx)
		if err == nil && kept+f.Octets > mostKept {
			err = fault.New(fault.Conflict, "statement.store_full")
		}
		if err != nil {
			return err
		}
		if err := s.keepPieces(tx, f.ID, pieceFile, body); err != nil {
			return err
		}
		if err := insertFile(tx, f); err != nil {
			return err
		}
		return s.moved(tx, "statement brought", f.ID, f.Name, by)
	})
	return f, err
}

func fileName(name string) string {
	return words.Cut(strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, `\`, "/")), ""), longestName)
}

// moved writes what somebody did, and has the job go on.
func (s *Service) moved(tx *db.Tx, what string, id int64, text string, by By) error {
	key := strconv.FormatInt(id, 10)
	err := audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: what, Object: "statement", ObjectID: key, After: text})
	if err != nil {
		return err
	}
	return s.Jobs.Emit(tx, factFile, key, fileFact{id})
}

// Confirm has the lines of a file kept that was looked at. fault.Conflict "statement.moved".
func (s *Service) Confirm(ctx context.Context, id int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.setFile(tx, id, Taking, map[string]any{"actor": by.Actor, "came_from": by.From, "member": by.Member}, Told)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "statement.moved")
		}
		if err != nil {
			return err
		}
		return s.moved(tx, "statement confirmed", id, "", by)
	})
}

// Drop removes a file whose lines are not kept. fault.Conflict "statement.moved".
func (s *Service) Drop(ctx context.Context, id int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := dropFile(tx, id)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "statement.moved")
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "statement removed", Object: "statement", ObjectID: strconv.FormatInt(id, 10)})
	})
}

// Clean removes files that nobody confirmed for a while.
func (s *Service) Clean(ctx context.Context) error {
	ids, err := s.oldFiles(ctx, s.Clock.Now().Add(-keptFor))
	for _, id := range ids {
		err = errors.Join(err, s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := dropFile(tx, id)
			return err
		}))
	}
	return err
}

// runFor is how long one run of the job works, well within what a job may take: keeping goes on where it was cut.
const runFor = time.Minute

// run handles "statement moved". It may be cut at any point and run again.
func (s *Service) run(ctx context.Context, j jobs.Job) error {
	var fact fileFact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	f, err := s.File(ctx, fact.FileID)
	if fault.Is(err, fault.NotFound) || err == nil && !f.Moving() {
		return nil
	}
	if err != nil {
		return err
	}
	within, cut := context.WithTimeout(ctx, runFor)
	defer cut()
	a, err := s.work(within, f)
	switch long := err != nil && within.Err() != nil && ctx.Err() == nil; {
	case long && f.State == Taking:
		return jobs.Again(0, errors.New("more to keep"))
	case long:
		err = fault.New(fault.Invalid, "statement.takes_long")
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	return s.ended(ctx, f, a, err)
}

func (s *Service) work(ctx context.Context, f File) (*Account, error) {
	body, err := s.pieces(ctx, f.ID, pieceFile)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, fault.New(fault.Invalid, "statement.no_file")
	}
	r := &reading{Service: s, ctx: ctx, fileID: f.ID, tillID: f.TillID, by: f.By, dry: f.State == Reading}
	return s.read(bytes.NewReader(body), r)
}

// ended keeps what was found, and the new state.
func (s *Service) ended(ctx context.Context, f File, a *Account, why error) error {
	to := map[string]string{Reading: Told, Taking: Taken}[f.State]
	set := map[string]any{}
	if why != nil {
		to, set["reason"] = Failed, reasonText(why)
	}
	if to == Taken {
		set["octets"] = 0
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.setFile(tx, f.ID, to, set, f.State)
		if err != nil || !won {
			return err
		}
		if to == Taken {
			if err := dropPieces(tx, f.ID, pieceFile); err != nil {
				return err
			}
		}
		if a == nil {
			return nil
		}
		return s.keepAccount(tx, f.ID, a)
	})
}

// Account is what the last reading of a file found; fault.NotFound "statement.no_account" before the first.
func (s *Service) Account(ctx context.Context, id int64) (a Account, err error) {
	body, err := s.pieces(ctx, id, pieceAccount)
	if err == nil && len(body) == 0 {
		err = fault.New(fault.NotFound, "statement.no_account")
	}
	if err != nil {
		return a, err
	}
	return a, unpack(body, &a)
}
