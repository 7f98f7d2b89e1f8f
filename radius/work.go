package radius

import (
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/radius/access"
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
	told      Told
	telling   int64
	before    Before
	endingID  int64
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
	used    map[int64]access.Used
	rollUp  rollUp
	late    []UsageLate
	retime  map[int64]bool // grants whose sessions' StopAt is to be computed anew
	actions map[int64]map[action]int
}

func newWork(s *Service, now time.Time) *work {
	return &work{service: s, now: now, current: map[identity]*row{}, used: map[int64]access.Used{}, rollUp: newRollUp(), retime: map[int64]bool{},
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
func (w *work) foldAll(tx *db.Tx, id identity, events []*stored) error {
	for _, e := range events {
		r, err := w.epochOf(tx, id, e.event)
		if err != nil {
			return err
		}
		if r.GrantID == 0 && e.Who.GrantID == 0 && e.MAC != "" {
			if e.Who, err = w.service.guess(tx.Context(), e.SiteID, e.MAC, e.At); err != nil {
				return err
			}
		}
		next, gain, act := fold(r.Over, e.event)
		if act == another && r == w.current[id] {
			r = w.another(id)
			next, gain, act = fold(r.Over, e.event)
		}
		if why := asideFor[act]; why != "" {
			if err := insertAside(tx, w.now, e.RouterID, e.payload, why); err != nil {
				return err
			}
		}
		if gain != (delta{}) {
			w.rollUp.count(next.Session, grown(r.Session, next.Session), e.At, w.service.zone(next.SiteID))
			w.noteLate(next.Session, grown(r.Session, next.Session), e.At)
		}
		if r.Epoch == 0 || e.Who.Told.Garden() {
			r.told = e.Who.Told
		}
		w.note(id, r, next, gain, act)
	}
	return nil
}

// asideFor is why a record that changes nothing is kept for review.
var asideFor = map[action]string{
	refused: "impossible counters",
	earlier: "from before the sessions known",
	another: "between two sessions",
}

// epochOf finds whose event it is among the sessions with this id: the latest, unless the event began before that one did
// and nearer to the beginning of an older one. So a spool that is read again finds each session where it left it.
func (w *work) epochOf(tx *db.Tx, id identity, e event) (*row, error) {
	nearest := w.current[id]
	if nearest.Epoch <= 1 || e.Seconds < 0 || !e.begun().Before(nearest.StartedAt) {
		return nearest, nil
	}
	older, err := w.before(tx, id, nearest.Epoch)
	for _, r := range older {
		if e.begun().Sub(r.StartedAt).Abs() < e.begun().Sub(nearest.StartedAt).Abs() {
			nearest = r
		}
	}
	return nearest, err
}

// before lists the sessions of earlier epochs, as this transaction has left them so far.
func (w *work) before(tx *db.Tx, id identity, epoch int64) ([]*row, error) {
	var older []*row
	held := map[int64]bool{}
	for _, r := range w.rows {
		if r.RouterID == id.RouterID && r.SessionKey == id.Key && r.Epoch > 0 && r.Epoch < epoch {
			older, held[r.Epoch] = append(older, r), true
		}
	}
	found, err := closedBefore(tx, id, epoch)
	for _, r := range found {
		if !held[r.Epoch] {
			older, w.rows = append(older, r), append(w.rows, r)
		}
	}
	return older, err
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
	newlyOwned := r.GrantID != next.GrantID // until now nobody looked when it must stop
	since := r.UpdatedAt
	if since.IsZero() || newlyOwned {
		since = next.StartedAt
	}
	r.before = r.before.after(r.Session, next.Session)
	r.Over = next
	if w.actions[id.RouterID] == nil {
		w.actions[id.RouterID] = map[action]int{}
	}
	w.actions[id.RouterID][act]++
	if act == opened {
		w.fresh = append(w.fresh, r)
	}
	mustTell := act == updated && (r.told.runsLow(next.Session, gain) || r.told.ToldBytes == notTaken)
	if act == opened || act == closed || act == reopened || newlyOwned || mustTell {
		w.retime[next.GrantID] = true
	}
	if gain != (delta{}) && !r.told.Garden() {
		w.use(next.GrantID, gain, since, next.UpdatedAt)
	}
}

// use sums what a grant used, over the time in which it was.
func (w *work) use(grantID int64, gain delta, from, to time.Time) {
	sum, known := w.used[grantID]
	if known {
		from = clock.Sooner(from, sum.From)
		to = clock.Later(to, sum.To)
	}
	w.used[grantID] = access.Used{GrantID: grantID, Time: sum.Time + gain.Time, Bytes: sum.Bytes + gain.Bytes, From: from, To: to}
}
