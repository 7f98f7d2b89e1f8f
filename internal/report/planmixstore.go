package report

import (
	"context"
	"maps"
	"strconv"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// lineMovesSQL reads a range of an index alone.
func (d *Desk) lineMovesSQL(a Asked) (string, []any) {
	span := "day"
	if a.Months {
		span = "SUBSTR(day, 1, 7)"
	}
	from, to, where := "from_plan", "to_plan", "kind <> ?"
	args := []any{a.First.String(), a.Last.String(), LineMoved}
	if a.Sites != nil {
		sites := append([]int64{-1}, a.Sites...) // an empty list is no SQL
		from, to = "CASE WHEN from_site IN ? THEN from_plan ELSE '' END", "CASE WHEN to_site IN ? THEN to_plan ELSE '' END"
		where = "(from_site IN ? OR to_site IN ?) AND NOT (kind = ? AND from_site IN ? AND to_site IN ?)"
		args = []any{sites, sites, a.First.String(), a.Last.String(), sites, sites, LineMoved, sites, sites}
	}
	return "SELECT " + span + " AS span, kind, " + from + " AS from_name, " + to + " AS to_name, COUNT(*) AS total FROM line_moves" + d.db.ByIndex("line_moves_day") +
		" WHERE day >= ? AND day <= ? AND " + where + " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4", args
}

func (d *Desk) lineMoves(ctx context.Context, a Asked) (all []LineMove, err error) {
	var rows []struct {
		Span, Kind, FromName, ToName string
		Total                        int64
	}
	query, args := d.lineMovesSQL(a)
	err = d.db.Sums(ctx).Raw(query, args...).Scan(&rows).Error
	for _, r := range rows {
		all = append(all, LineMove{r.Span, r.Kind, r.FromName, r.ToName, r.Total})
	}
	return all, db.Fault(err)
}

// linesOn adds up moves between plans until each of some days, the earliest first, in one pass through an index.
func (d *Desk) linesOn(ctx context.Context, sites []int64, days []clock.Day) ([]map[string]int64, error) {
	query, args := d.linesOnSQL(sites, days)
	var rows []struct {
		Nth              int
		FromName, ToName string
		Total            int64
	}
	if err := d.db.Sums(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]map[string]int64, len(days))
	for n := range days {
		all[n] = map[string]int64{}
		for _, r := range rows {
			if r.Nth <= n {
				all[n][r.ToName] += r.Total
				all[n][r.FromName] -= r.Total
			}
		}
		maps.DeleteFunc(all[n], func(plan string, lines int64) bool { return plan == "" || lines == 0 })
	}
	return all, nil
}

func (d *Desk) linesOnSQL(sites []int64, days []clock.Day) (string, []any) {
	from, to, nth, args := "from_plan", "to_plan", "CASE", []any{}
	for n, day := range days {
		nth, args = nth+" WHEN day <= ? THEN "+strconv.Itoa(n), append(args, day.String())
	}
	if sites != nil {
		some := append([]int64{-1}, sites...)
		from, to = "CASE WHEN from_site IN ? THEN from_plan ELSE '' END", "CASE WHEN to_site IN ? THEN to_plan ELSE '' END"
		args = append(args, some, some)
	}
	return "SELECT " + nth + " END AS nth, " + from + " AS from_name, " + to + " AS to_name, COUNT(*) AS total FROM line_moves" + d.db.ByIndex("line_moves_day") + " WHERE day <= ? GROUP BY 1, 2, 3",
		append(args, days[len(days)-1].String())
}
