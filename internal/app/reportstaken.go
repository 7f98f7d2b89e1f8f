package app

import (
	"context"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/staff"
)

// reportsTaken tells the trail of reports that members take along.
type reportsTaken struct{ *Main }

func (r reportsTaken) ReportTaken(ctx context.Context, by staff.By, name string, first, last clock.Day) error {
	after, err := audit.Text(map[string]any{"first": first.String(), "last": last.String()})
	if err != nil {
		return err
	}
	return r.recorded(ctx, by, audit.Event{Action: "report exported", Object: "report", ObjectID: name, After: after}, func(*db.Tx) error { return nil })
}
