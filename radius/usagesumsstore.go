package radius

import "mtandao/internal/db"

// addSums writes the growth onto this node's rows of plans, sites and days.
func (w *work) addSums(tx *db.Tx) error {
	plans, err := w.service.access.PlansOf(tx, w.rollUp.grants())
	if err != nil {
		return err
	}
	for some := range db.Pieces(w.rollUp.sums(plans, w.service.db.Node())) {
		args := make([]any, 0, 7*len(some))
		for _, s := range some {
			args = append(args, s.Day, s.SiteID, s.PlanKey, s.Node, s.Seconds, s.BytesUp, s.BytesDown)
		}
		if err := tx.Write(intoSums, sumRow, len(some), addedToSums, args); err != nil {
			return err
		}
	}
	return nil
}

const (
	intoSums = "INSERT INTO usage_sums (day, site_id, plan_key, node, online_seconds, bytes_up, bytes_down) VALUES "
	sumRow   = "(?, ?, ?, ?, ?, ?, ?)"
)

var addedToSums = added("day, site_id, plan_key, node")
