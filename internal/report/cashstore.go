package report

import (
	"context"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// drawerPart is a table in which movements of a drawer stand. Columns are id, customer_id, reseller_id, partner_id, kind, how, reference, note, at and cents, below
// zero for what was given; where restricts it further.
type drawerPart struct {
	columns, cents, how, at, table, index, where string
	byMember                                     bool // who did it is a member's id, and the day a span of instants
}

// drawerParts: what came to a reseller by M-Pesa names its receipt, and was taken by nobody; nor was a refund that went back by M-Pesa given by anybody.
var drawerParts = []drawerPart{
	{columns: "id, customer_id, 0 AS reseller_id, 0 AS partner_id, kind, COALESCE(reference, '') AS reference, note", cents: "delta_cents", how: "how", at: "at", table: "customer_events", index: "customer_events_by", where: "how <> ''"},
	{columns: "id, 0 AS customer_id, reseller_id, 0 AS partner_id, kind, '' AS reference, note", cents: "delta_cents", how: "'" + accounts.ByCash + "'", at: "at", table: "reseller_events", index: "reseller_events_by",
		where: "kind IN ('paid_in', 'paid_out', 'settled') AND other_id = 0 AND delta_cents <> 0"},
	{columns: "id, 0 AS customer_id, 0 AS reseller_id, 0 AS partner_id, '" + CashRefund + "' AS kind, reference, reason AS note", cents: "-amount_cents", how: "how", at: "paid_at", table: "refunds", index: "refunds_paid",
		where: "state = '" + string(billing.RefundPaid) + "' AND how <> '" + billing.RefundByMPesa + "'", byMember: true},
	{columns: "id, customer_id, 0 AS reseller_id, 0 AS partner_id, '" + CashPayback + "' AS kind, reference, reason AS note", cents: "-cents", how: "how", at: "paid_at", table: "paybacks", index: "paybacks_paid",
		where: "state = '" + string(counter.Paidback) + "'", byMember: true},
	{columns: "id, 0 AS customer_id, 0 AS reseller_id, partner_id, '" + CashPayout + "' AS kind, reference, note", cents: "-cents", how: "how", at: "paid_at", table: "partner_payouts", index: "partner_payouts_paid",
		where: "state = '" + string(counter.Paidback) + "'", byMember: true},
}

// ofDay is the part's rows of a drawer.
func (p drawerPart) ofDay(d *Desk, of Drawer) (string, []any) {
	query := " FROM " + p.table + d.db.ByIndex(p.index)
	if p.byMember {
		return query + " WHERE paid_by = ? AND paid_at >= ? AND paid_at < ? AND " + p.where, []any{of.Member, of.Day.Start().UTC(), (of.Day + 1).Start().UTC()}
	}
	return query + " WHERE done_by = ? AND day = ? AND " + p.where, []any{of.Email, of.Day.String()}
}

func (d *Desk) cashMoves(ctx context.Context, p drawerPart, of Drawer, after CashPlace, limit int) ([]Cash, error) {
	from, args := p.ofDay(d, of)
	query := "SELECT " + p.columns + ", " + p.how + " AS how, " + p.cents + " AS cents, " + p.at + " AS moved_at" + from
	if after != (CashPlace{}) {
		query += strings.ReplaceAll(" AND (AT > ? OR AT = ? AND id > ?)", "AT", p.at)
		args = append(args, after.At.UTC(), after.At.UTC(), after.ID)
	}
	var rows []struct {
		ID, CustomerID, ResellerID, PartnerID, Cents int64
		Kind, How, Reference, Note                   string
		MovedAt                                      time.Time
	}
	err := d.db.Read(ctx).Raw(query+" ORDER BY "+p.at+", id LIMIT ?", append(args, limit)...).Scan(&rows).Error
	all := make([]Cash, len(rows))
	for n, r := range rows {
		all[n] = Cash{ID: r.ID, CustomerID: r.CustomerID, ResellerID: r.ResellerID, PartnerID: r.PartnerID, How: r.How, Kind: r.Kind, Amount: money.KES(r.Cents), Reference: r.Reference, Note: r.Note, At: r.MovedAt.UTC()}
	}
	return all, db.Fault(err)
}

func (d *Desk) cashSums(ctx context.Context, p drawerPart, of Drawer) ([]CashSum, error) {
	from, args := p.ofDay(d, of)
	query := strings.ReplaceAll("SELECT "+p.how+" AS said, COUNT(*) AS times, SUM(CASE WHEN CENTS > 0 THEN CENTS ELSE 0 END) AS took, SUM(CASE WHEN CENTS < 0 THEN -(CENTS) ELSE 0 END) AS gave", "CENTS", p.cents)
	var rows []struct {
		Said              string
		Times, Took, Gave int64
	}
	err := d.db.Read(ctx).Raw(query+from+" GROUP BY said", args...).Scan(&rows).Error
	all := make([]CashSum, len(rows))
	for n, r := range rows {
		all[n] = CashSum{r.Said, r.Times, money.KES(r.Took), money.KES(r.Gave)}
	}
	return all, db.Fault(err)
}

// Cashier is a member whose drawer moved, or was counted.
type Cashier struct {
	ID   int64
	Name string
}

const mostCashiers = 5_000

// CashiersOn are those whose drawers moved on a day, or were counted, by their names.
func (d *Desk) CashiersOn(ctx context.Context, day clock.Day) ([]Cashier, error) {
	query, args := "SELECT m.id, m.name FROM staff_members m WHERE EXISTS (SELECT 1 FROM cash_counts WHERE cashier = m.email AND day = ?)", []any{day.String()}
	for _, p := range drawerParts {
		some, of := p.ofDay(d, Drawer{Day: day})
		query += " OR EXISTS (SELECT 1" + strings.NewReplacer("done_by = ?", "done_by = m.email", "paid_by = ?", "paid_by = m.id").Replace(some) + ")"
		args = append(args, of[1:]...)
	}
	var all []Cashier
	err := d.db.Read(ctx).Raw(query+" ORDER BY m.name, m.id LIMIT ?", append(args, mostCashiers)...).Scan(&all).Error
	return all, db.Fault(err)
}
