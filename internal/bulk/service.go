package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
)

// Things are objects of one sort, and what can be done to one of them.
type Things interface {
	// Find lists those that a filter finds, from where the page before said; next is empty on the last page.
	Find(ctx context.Context, f Filter, after string) (ids []int64, next string, err error)
	// Look says of each, in its Why, why it would be left as it is; nil: it would be changed.
	Look(ctx context.Context, o Order, some []Item) ([]Item, error)
	// Do changes one, and leaves a mark by which a change after it is known. A fault that is not ours (Denied, Conflict, Invalid, NotFound) leaves it as it is.
	Do(tx *db.Tx, o Order, one Item) (mark int64, err error)
}

// Members are who works here. *staff.Service satisfies it.
type Members interface {
	Member(ctx context.Context, id int64) (staff.Member, error)
	MemberTx(tx *db.Tx, id int64) (staff.Member, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Clock    clock.Clock
	Settings *settings.Store
	Members  Members
	Things   map[Object]Things
	Lanes    int // objects that are changed at once; where one writes at a time more gain nothing. 0: one
}

// Service is what staff can do to many objects at once.
type Service struct{ Options }

const factAsked = "bulk run asked"

type askedFact struct{ RunID int64 }

// New makes the service and subscribes its job.
func New(o Options) *Service {
	s := &Service{o}
	o.Jobs.On(factAsked, "bulk", s.work)
	return s
}

// source is where a run finds its objects.
type source struct {
	Picked []int64 `json:",omitempty"`
	All    *Filter `json:",omitempty"`
}

// mostPicked is how many may be picked one by one.
const mostPicked = 500

var requestForm = regexp.MustCompile(`^[0-9A-Za-z]{8,64}$`)

// Ask begins to look what would happen; the same request with the same wish is the same run. fault.Invalid "bulk.nothing" (nobody is picked), "bulk.request".
func (s *Service) Ask(ctx context.Context, a Ask, request string, by By) (Run, error) {
	if a.Kind.Of() == "" || a.All == nil && (len(a.Picked) == 0 || len(a.Picked) > mostPicked) {
		return Run{}, fault.New(fault.Invalid, "bulk.nothing")
	}
	from := source{All: a.All}
	if a.All == nil {
		from.Picked = slices.Compact(slices.Sorted(slices.Values(a.Picked)))
	}
	return s.ask(ctx, Run{Kind: a.Kind, Argument: a.Argument, By: by}, from, request)
}

// Undo begins to look what would happen if what a run changed were changed back. While a run that does so waits for its member or works, it is that one. fault.Conflict "bulk.not_ended",
// "bulk.nothing_done", "bulk.no_undo", "bulk.too_old".
func (s *Service) Undo(ctx context.Context, id int64, by By) (Run, error) {
	was, err := s.Run(ctx, id)
	switch {
	case err != nil:
		return was, err
	case !was.Ended():
		return was, fault.New(fault.Conflict, "bulk.not_ended")
	case was.Done == 0:
		return was, fault.New(fault.Conflict, "bulk.nothing_done")
	case !was.CanUndo():
		return was, fault.New(fault.Conflict, "bulk.no_undo")
	case !s.now().Before(s.KeptUntil(was)):
		return was, fault.New(fault.Conflict, "bulk.too_old")
	}
	newest, err := s.UndoneBy(ctx, id)
	if err == nil && !newest.Ended() && newest.By.Member == by.Member || err != nil && !fault.Is(err, fault.NotFound) {
		return newest, err
	}
	request := "undo" + idText(id) + "after" + idText(newest.ID) // two who press at once ask for the same
	return s.ask(ctx, Run{Kind: kinds[was.Kind].back, Argument: was.Argument, UndoOf: was.ID, By: by}, source{}, request)
}

// ask keeps a run and has it looked at. Of two at once the second finds the first by its key, which the wish is in.
func (s *Service) ask(ctx context.Context, r Run, from source, request string) (Run, error) {
	if !requestForm.MatchString(request) {
		return r, fault.New(fault.Invalid, "bulk.request")
	}
	wish, err := json.Marshal(from)
	if err != nil {
		return r, fault.Wrap(fault.Internal, "internal", err)
	}
	sum := sha256.Sum256([]byte(string(r.Kind) + "\n" + r.Argument + "\n" + idText(r.UndoOf) + "\n" + idText(r.By.Member) + "\n" + string(wish)))
	key := request + ":" + hex.EncodeToString(sum[:16])
	r.State, r.AskedAt = Looking, s.now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		r.ID = tx.ID()
		if err := insertRun(tx, r, string(wish), key); err != nil {
			return err
		}
		return s.Jobs.Emit(tx, factAsked, idText(r.ID), askedFact{r.ID})
	})
	if db.IsDuplicate(err) {
		return s.byRequest(ctx, key)
	}
	return r, err
}

const mostReason = 300

// Start has it done; who presses twice starts it once. Only who asked may. fault.Invalid "bulk.reason", fault.Conflict "bulk.not_looked", fault.NotFound "bulk.unknown" for anybody else.
func (s *Service) Start(ctx context.Context, id int64, reason string, by By) (Run, error) {
	r, err := s.Run(ctx, id)
	switch {
	case err != nil:
		return r, err
	case r.By.Member != by.Member:
		return r, fault.New(fault.NotFound, "bulk.unknown")
	case r.NeedsReason() && reason == "", utf8.RuneCountInString(reason) > mostReason, !utf8.ValidString(reason):
		return r, fault.New(fault.Invalid, "bulk.reason")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.begin(tx, id, reason, by)
		if err != nil || !won {
			return err
		}
		if err := s.record(tx, "bulk run started", r, reason, by); err != nil {
			return err
		}
		return s.Jobs.Emit(tx, factAsked, idText(id), askedFact{id})
	})
	if err != nil {
		return r, err
	}
	if r, err = s.Run(ctx, id); err == nil && (r.State == Looking || r.State == Looked || r.State == Stopped) {
		err = fault.New(fault.Conflict, "bulk.not_looked")
	}
	return r, err
}

// Stop ends a run; what it changed stays. fault.Conflict "bulk.at_end".
func (s *Service) Stop(ctx context.Context, id int64, by By) error {
	r, err := s.Run(ctx, id)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.end(tx, id, Stopped, Looking, Looked, Doing)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "bulk.at_end")
		}
		if err != nil {
			return err
		}
		return s.record(tx, "bulk run stopped", r, "", by)
	})
}

// record writes down that a run was started or stopped; each object has its own entry.
func (s *Service) record(tx *db.Tx, action string, r Run, reason string, by By) error {
	said := map[string]any{"kind": string(r.Kind), "count": r.Would}
	for name, value := range map[string]string{"argument": r.Argument, "reason": reason} {
		if value != "" {
			said[name] = value
		}
	}
	if r.UndoOf != 0 {
		said["undo_of"] = idText(r.UndoOf)
	}
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "bulk run", ObjectID: idText(r.ID)}, nil, said)
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }
