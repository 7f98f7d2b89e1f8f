package radius

import (
	"time"

	"mtandao/internal/db"
)

// What we write as the cause of an end nobody told us.
const (
	lostCarrier = "Lost-Carrier (inferred)"
	lostService = "Lost-Service (inferred)"
	adminReset  = "Admin-Reset (inferred)"
	nasReboot   = "NAS-Reboot"
)

// row is a session in hand and where it was found.
type row struct {
	Over
	was       Over
	place     place
	lastEpoch int64 // of the same id before this session, while it is new
}

type place uint8

const (
	nowhere place = iota
	inOpen
	inClosed
)

// work is what one transaction will write.
type work struct {
	service *Service
	now     time.Time
	current map[identity]*row // the latest epoch of each
	rows    []*row
	fresh   []*row // opened now: they replace older sessions of the same device
	used    map[int64]delta
	retime  map[int64]bool // grants whose sessions' StopAt is to be computed anew
	actions map[int64]map[action]int
}

func newWork(s *Service, now time.Time) *work {
	return &work{service: s, now: now, current: map[identity]*row{}, used: map[int64]delta{}, retime: map[int64]bool{},
		actions: map[int64]map[action]int{}}
}

func (w *work) load(tx *db.Tx, chunk []identity) error {
	found, err := loadSessions(tx, chunk)
	if err != nil {
		return err
	}
	for _, id := range chunk {
		if w.current[id] = found[id]; w.current[id] == nil {
			w.current[id] = &row{}
		}
		w.rows = append(w.rows, w.current[id])
	}
	return nil
}

// foldAll applies a session's events, and goes on with the next epoch where its id is in use again.
func (w *work) foldAll(tx *db.Tx, id identity, events []stored) error {
	for _, e := range events {
		r := w.current[id]
		if r.GrantID == 0 && e.Who.GrantID == 0 && e.MAC != "" {
			e.Who = w.service.guess(tx.Context(), e.SiteID, e.MAC)
		}
		next, gain, act := fold(r.Over, e.event)
		if act == another || act == earlier {
			var err error
			if r, err = w.turnTo(tx, id, act); err != nil {
				return err
			}
			next, gain, act = fold(r.Over, e.event)
		}
		if act == refused || act == earlier {
			if err := insertAside(tx, w.now, e.record, e.record.encode(), "impossible counters"); err != nil {
				return err
			}
		}
		w.note(id, r, next, gain, act)
	}
	return nil
}

// turnTo finds the session of a neighbouring epoch: the next, or the one before.
func (w *work) turnTo(tx *db.Tx, id identity, act action) (*row, error) {
	if act == another {
		return w.another(id), nil
	}
	epoch := w.current[id].Epoch - 1
	for _, r := range w.rows {
		if r.RouterID == id.RouterID && r.SessionKey == id.Key && r.Epoch == epoch {
			return r, nil
		}
	}
	r, err := closedEpoch(tx, id, epoch)
	if err != nil || r == nil {
		return w.current[id], err
	}
	w.rows = append(w.rows, r)
	return r, nil
}

// another closes what bears the id so far, and starts the next epoch.
func (w *work) another(id identity) *row {
	old := w.current[id]
	if old.ClosedBy == "" {
		old.close(old.UpdatedAt, lostCarrier, ByReplaced)
	}
	w.current[id] = &row{lastEpoch: old.Epoch}
	w.rows = append(w.rows, w.current[id])
	return w.current[id]
}

func (w *work) note(id identity, r *row, next Over, gain delta, act action) {
	if r.Epoch == 0 && next.Epoch > 0 {
		next.Epoch = r.lastEpoch + 1
	}
	r.Over = next
	if w.actions[id.RouterID] == nil {
		w.actions[id.RouterID] = map[action]int{}
	}
	w.actions[id.RouterID][act]++
	if act == opened {
		w.fresh = append(w.fresh, r)
	}
	if act == opened || act == closed || act == reopened {
		w.retime[next.GrantID] = true
	}
	if gain != (delta{}) {
		sum := w.used[next.GrantID]
		w.used[next.GrantID] = delta{Time: sum.Time + gain.Time, Bytes: sum.Bytes + gain.Bytes}
	}
}
