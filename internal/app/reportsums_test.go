package app

import (
	"fmt"
	"strings"
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/table"
)

// reportsAddUp: the plan mix is the lines that there are, use is what grants used, and the turnover what the books earned in each month, each counted another way.
func (s *Stage) reportsAddUp(t *testing.T) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("INSERT INTO usage_sums (day, site_id, plan_key, node, online_seconds, bytes_up, bytes_down) VALUES (?, ?, 'day', 1000, 5400, 250000000, 1500000000)",
		clock.DayOf(s.Main.Clock.Now()).String(), s.seeded.sites["ngong"].ID); err != nil {
		t.Fatal(err)
	}
	octets, used := s.counted(t, "SELECT SUM(bytes_up + bytes_down) FROM usage_sums"), s.told(t, "usage-days")
	if got := sumOfColumn(used, len(used[0])-2); octets == 0 || got != (octets+5_000_000)/10_000_000 {
		t.Errorf("%d octets are %d hundredths of a gigabyte", octets, got)
	}
	for _, report := range []string{"usage-plans", "usage-sites"} {
		if said := s.told(t, report); sumOfColumn(said, len(said[0])-2) != sumOfColumn(used, len(used[0])-2) {
			t.Errorf("%s says another sum than the days: %v", report, said)
		}
	}
	mix := map[string]string{}
	for _, row := range s.told(t, "plan-mix")[1:] {
		mix[row[0].Text] = row[len(row)-2].Text
	}
	plans, err := s.Main.Plans.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines int64
	for _, p := range plans {
		n := s.counted(t, fmt.Sprintf("SELECT COUNT(*) FROM subscriptions WHERE plan_key = '%s' AND state IN ('active', 'paused')", p.Key))
		if lines += n; n > 0 && mix[p.NameEN] != fmt.Sprint(n) {
			t.Errorf("%d lines are on %s, the report says %v", n, p.NameEN, mix)
		}
	}
	if lines == 0 {
		t.Error("there are no lines")
	}
	s.turnoverIsTheBooks(t)
}

func (s *Stage) turnoverIsTheBooks(t *testing.T) {
	t.Helper()
	const earned = "SELECT COALESCE(-SUM(p.cents), 0) FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.account IN ('%s') AND e.day LIKE '%s%%'"
	all := s.told(t, "turnover")
	if (len(all)-1)%3 != 0 || len(all) < 13 {
		t.Fatalf("%d months are no quarters", len(all)-1)
	}
	for _, row := range all[1:] {
		month := row[1].Text
		licensed := s.counted(t, fmt.Sprintf(earned, strings.Join([]string{ledger.InternetSales, ledger.FeeIncome, ledger.Breakage}, "', '"), month))
		others := s.counted(t, fmt.Sprintf(earned, strings.Join([]string{ledger.EquipmentSales, ledger.LabourSales}, "', '"), month))
		if said := row[len(row)-2:]; said[0].Cents != licensed || said[1].Cents != others {
			t.Errorf("in %s %d and %d were earned, the report says %+v", month, licensed, others, said)
		}
	}
	if sumOfColumn(all, len(all[0])-2) <= 0 {
		t.Error("nothing was earned:", all)
	}
}

// told are the rows of a report of the last year, as a program reads them.
func (s *Stage) told(t *testing.T, name string) [][]table.Cell {
	t.Helper()
	office, err := s.Main.openOffice(nil)
	if err != nil {
		t.Fatal(err)
	}
	today := clock.DayOf(s.Main.Clock.Now())
	rows, err := office.Report(t.Context(), name, nil, today-364, today)
	if err != nil || len(rows) < 2 {
		t.Fatal(name, rows, err)
	}
	return rows
}

func sumOfColumn(rows [][]table.Cell, n int) (cents int64) {
	for _, row := range rows[1:] {
		cents += row[n].Cents
	}
	return cents
}
