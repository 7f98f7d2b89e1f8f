package cutover

import (
	"context"
	"io"
	"log/slog"
	"path"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/jobs"
	"mtandao/radius/routers"
)

// Bounds of what is kept of sources. A larger file is brought in by the command.
const (
	MostOctets  = 16 << 20            // of one file, packed or not
	mostKept    = 64 << 20            // of all together
	keptFor     = 7 * 24 * time.Hour  // a file, after something was last done with it
	rowsKeptFor = 90 * 24 * time.Hour // the rows of what was told
	pieceOctets = 512 << 10
)

// Ask reads a router's own subscribers from itself: what its API answers for each of incoming.RouterMenus.
type Ask func(ctx context.Context, r routers.Router) (map[string][]map[string]string, error)

// Desk brings sources in without a shell: it keeps their files, sealed and for a while, and does the work in the background.
type Desk struct {
	*Service
	jobs *jobs.Queue
	log  *slog.Logger
	ask  Ask
}

const factSource = "import source moved"

type sourceFact struct{ SourceID int64 }

// NewDesk makes it and subscribes its job.
func NewDesk(s *Service, q *jobs.Queue, log *slog.Logger, ask Ask) *Desk {
	d := &Desk{Service: s, jobs: q, log: log, ask: ask}
	q.On(factSource, "move", d.run)
	return d
}

// Bring keeps a source and has its dry run made. fault.Invalid "cutover.kind", "cutover.which_router", "cutover.zone", "cutover.no_file",
// "cutover.file_size", fault.Conflict "cutover.store_full".
func (d *Desk) Bring(ctx context.Context, a Asked, name string, file io.Reader, by customers.By) (s Source, err error) {
	if err := a.check(); err != nil {
		return s, err
	}
	body, err := io.ReadAll(io.LimitReader(file, MostOctets+1))
	switch {
	case err != nil:
		return s, err
	case len(body) > MostOctets:
		return s, fault.New(fault.Invalid, "cutover.file_size", "Most", MostOctets>>20)
	case len(body) == 0 && a.Kind != FromRouter:
		return s, fault.New(fault.Invalid, "cutover.no_file")
	}
	s = Source{Asked: a, File: fileName(name), Octets: int64(len(body)), State: Reading, By: by.Actor, From: by.From, At: d.Clock.Now(), MovedAt: d.Clock.Now()}
	if len(body) == 0 {
		s.File = ""
	}
	err = d.DB.InTx(ctx, func(tx *db.Tx) error {
		s.ID = tx.ID()
		kept, err := keptOctets(tx)
		if err != nil {
			return err
		}
		if kept+s.Octets > mostKept {
			return conflict("cutover.store_full")
		}
		if err := d.keep(tx, s.ID, pieceFile, body); err != nil {
			return err
		}
		if err := insertSource(tx, s); err != nil {
			return err
		}
		if err := d.trail(tx, by, "import source brought", s.ID, s.Kind+" "+s.File); err != nil {
			return err
		}
		return d.jobs.Emit(tx, factSource, sourceKey(s.ID), sourceFact{s.ID})
	})
	return s, err
}

const longestName = 100

func fileName(name string) string {
	return short(strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, `\`, "/")), ""), longestName)
}

// Change has a source read anew in another way, before it came in. Its kind and file stay. Faults of Bring, and fault.Conflict "cutover.source_moved".
func (d *Desk) Change(ctx context.Context, id int64, a Asked, by customers.By) error {
	s, err := d.Get(ctx, id)
	if err != nil {
		return err
	}
	if a.Kind = s.Kind; s.ImportID != 0 { // what came is known again by its name
		a.Name = s.Name
	}
	if err := a.check(); err != nil {
		return err
	}
	return d.move(ctx, id, Reading, map[string]any{"asked": encoded(a)}, "import source changed", by, Told, Failed)
}

// Start has a source brought in as its dry run says. fault.Conflict "cutover.source_moved".
func (d *Desk) Start(ctx context.Context, id int64, by customers.By) error {
	return d.move(ctx, id, Coming, nil, "import asked for", by, Told)
}

// Back has what a source brought taken back, all of it or what came before it stopped. fault.Conflict "cutover.source_moved".
func (d *Desk) Back(ctx context.Context, id int64, by customers.By) error {
	s, err := d.Get(ctx, id)
	if err != nil {
		return err
	}
	if s.ImportID == 0 {
		return conflict("cutover.source_moved")
	}
	return d.move(ctx, id, Going, nil, "import to be taken back", by, Came, Told, Failed)
}

// move changes the state of a source, and has the job go on. What it was asked by goes with it: who does a thing answers for it.
func (d *Desk) move(ctx context.Context, id int64, to string, set map[string]any, said string, by customers.By, from ...string) error {
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := d.setSource(tx, id, to, set, &by, from...)
		if err == nil && !won {
			err = conflict("cutover.source_moved")
		}
		if err != nil {
			return err
		}
		if err := d.trail(tx, by, said, id, ""); err != nil {
			return err
		}
		return d.jobs.Emit(tx, factSource, sourceKey(id), sourceFact{id})
	})
}

// Drop removes a source of which nothing is here. fault.Conflict "cutover.source_moved".
func (d *Desk) Drop(ctx context.Context, id int64, by customers.By) error {
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := dropSource(tx, id)
		if err == nil && !won {
			err = conflict("cutover.source_moved")
		}
		if err != nil {
			return err
		}
		return d.trail(tx, by, "import source removed", id, "")
	})
}

// Account is what the last dry run, import or undoing of a source said, without its rows; fault.NotFound "cutover.no_account" before the first.
func (d *Desk) Account(ctx context.Context, id int64) (a Account, err error) {
	body, err := d.kept(ctx, id, pieceAccount)
	if err == nil && len(body) == 0 {
		err = fault.New(fault.NotFound, "cutover.no_account")
	}
	if err != nil {
		return a, err
	}
	return a, unpack(body, &a)
}

// Clean removes the files of sources that nothing was done with for a while, and later the rows of what was told: there are names in them. Counts and
// proofs stay with what is here.
func (d *Desk) Clean(ctx context.Context) error {
	if err := d.forget(ctx, d.Clock.Now().Add(-keptFor)); err != nil {
		return err
	}
	for {
		n := 0
		err := d.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			n, err = forgetTold(tx, d.Clock.Now().Add(-rowsKeptFor))
			return err
		})
		if err != nil || n < mostForgotten {
			return err
		}
	}
}

// read reads a source: its file, or the router itself.
func (d *Desk) read(ctx context.Context, s Source) (*incoming.Batch, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fault.New(fault.Invalid, "cutover.zone", "Zone", s.Zone)
	}
	if s.File == "" {
		r, err := d.RouterNamed(s.Router)
		if err != nil {
			return nil, err
		}
		menus, err := d.ask(ctx, r)
		if err != nil {
			return nil, fault.Wrap(fault.Conflict, "cutover.router_silent", err, "Router", r.Name)
		}
		return incoming.AskRouter(menus, r.Name, zone)
	}
	body, err := d.kept(ctx, s.ID, pieceFile)
	if err == nil && len(body) == 0 {
		err = conflict("cutover.file_gone")
	}
	if err != nil {
		return nil, err
	}
	in := strings.NewReader(string(body))
	switch s.Kind {
	case FromNux:
		return incoming.ReadPHPNuxBill(in, zone)
	case FromRADIUS:
		return incoming.ReadFreeRADIUS(in, zone)
	case FromRouter:
		return incoming.ReadRouter(in, s.Router, zone)
	}
	return incoming.ReadCSV(in, incoming.CSVOptions{Columns: s.Columns, Zone: zone})
}
