package radius

import (
	"cmp"
	"slices"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// write stores the rows, closes what they replace, and counts the usage on the grants; sessions before grants, grants by
// id, so that nodes do not lock crosswise.
func (w *work) write(tx *db.Tx) error {
	if err := w.replace(tx); err != nil {
		return err
	}
	if err := w.rebooted(tx); err != nil {
		return err
	}
	if err := saveRows(tx, w.rows, w.now); err != nil {
		return err
	}
	if err := w.service.measureAll(tx, w.rows); err != nil {
		return err
	}
	if err := lookAgain(tx, sortedKeys(w.retime), w.now); err != nil {
		return err
	}
	var used []access.Used
	for _, id := range sortedKeys(w.used) {
		used = append(used, w.used[id])
	}
	if err := w.service.access.Use(tx, used); err != nil {
		return err
	}
	if err := w.rollUp.add(tx); err != nil {
		return err
	}
	if err := w.addSums(tx); err != nil {
		return err
	}
	if err := insertLate(tx, w.late); err != nil {
		return err
	}
	return w.comeBack(tx)
}

// replace closes the older open sessions of a device that began a new one: their Stop was lost, or is still on its way from
// the router that it left.
func (w *work) replace(tx *db.Tx) error {
	newest := map[access.MAC]*row{}
	held := map[int64]bool{}
	for _, r := range w.fresh {
		if r.MAC != "" && r.ClosedBy == "" && (newest[r.MAC] == nil || newest[r.MAC].StartedAt.Before(r.StartedAt)) {
			newest[r.MAC] = r
		}
	}
	for _, r := range w.rows {
		held[r.ID] = true
	}
	older, err := openOfDevices(tx, sortedKeys(newest))
	for _, r := range older {
		if !held[r.ID] && r.StartedAt.Before(newest[r.MAC].StartedAt) {
			w.rows = append(w.rows, r)
		}
	}
	for _, r := range w.rows {
		if fresh := newest[r.MAC]; fresh != nil && r.ClosedBy == "" && r.StartedAt.Before(fresh.StartedAt) {
			w.supersede(r, fresh)
		}
	}
	return err
}

func (w *work) supersede(r, fresh *row) {
	by := ByReplaced
	if r.RouterID != fresh.RouterID {
		by = ByMoved
	}
	r.close(r.UpdatedAt, lostCarrier, by)
	w.retime[r.GrantID] = true
}

func (w *work) count() {
	for routerID, actions := range w.actions {
		router, _ := w.service.routers.Get(routerID)
		for act, n := range actions {
			w.service.metrics.records.WithLabelValues(router.Name, string(act)).Add(float64(n))
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
