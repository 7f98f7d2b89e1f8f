package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/words"
)

// Units in which people say things, in the words of apply.
var (
	timeIn = []string{"m", "h", "d", "w"}
	dataIn = []string{"MB", "GB", "TB"}
	rateIn = []string{"kbit", "Mbit", "Gbit"}
)

var unitSeconds = map[string]int64{"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}

// amountOf parts "1.5GB" into what stands in the two boxes of a form. A time of several parts, "1d2h", becomes one number of the largest
// unit that it is a whole number of.
func amountOf(value string, units []string) (number, unit string) {
	if value == "" {
		return "", units[min(1, len(units)-1)]
	}
	number = strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit = value[len(number):]
	if unitSeconds[unit] == 0 {
		return number, unit
	}
	seconds, ok := secondsIn(value)
	if !ok {
		return number, unit
	}
	unit = "s"
	for _, u := range units {
		if size := unitSeconds[u]; seconds%size == 0 {
			unit = u
		}
	}
	return strconv.FormatInt(seconds/unitSeconds[unit], 10), unit
}

func secondsIn(value string) (sum int64, ok bool) {
	for value != "" {
		digits := len(value) - len(strings.TrimLeft(value, "0123456789"))
		n, err := strconv.ParseInt(value[:digits], 10, 40)
		if err != nil || digits == len(value) || unitSeconds[value[digits:digits+1]] == 0 {
			return 0, false
		}
		sum, value = sum+n*unitSeconds[value[digits:digits+1]], value[digits+1:]
	}
	return sum, true
}

// withUnit adds a unit that is stored and is not offered otherwise.
func withUnit(units []string, unit string) []string {
	if words.Has("office.unit."+strings.ToLower(unit)) && !slices.Contains(units, unit) {
		return append(slices.Clone(units), unit)
	}
	return units
}

// windowRow is one line of opening hours in a form.
type windowRow struct {
	N        int
	Days     []choice
	From, To string
	Labels   [2]string // of the two times
}

// dayNames are the days as apply writes them, Monday first as people here count.
var dayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

const (
	leastWindows = 2
	mostWindows  = 50
)

// windowRows are the lines for what is stored, and one more.
func windowRows(l words.Lang, value string) []windowRow {
	var rows []windowRow
	for line := range strings.Lines(value) {
		rows = append(rows, windowOf(l, len(rows), strings.Fields(line)))
	}
	for len(rows) < leastWindows || rows[len(rows)-1].From != "" && len(rows) < mostWindows {
		rows = append(rows, windowOf(l, len(rows), nil))
	}
	return rows
}

func windowOf(l words.Lang, n int, parts []string) windowRow {
	row := windowRow{N: n, Labels: [2]string{words.Text(l, "office.hours.from", "N", n+1), words.Text(l, "office.hours.to", "N", n+1)}}
	days := dayNames
	if len(parts) == 2 {
		days = strings.Split(parts[0], ",")
	}
	for _, d := range dayNames {
		row.Days = append(row.Days, choice{Name: words.Text(l, "office.day."+d), Value: d, Here: slices.Contains(days, d)})
	}
	if len(parts) > 0 {
		row.From, row.To, _ = strings.Cut(parts[len(parts)-1], "-")
		row.To = strings.Replace(row.To, "24:00", "00:00", 1)
	}
	return row
}

// windows reads the lines of opening hours; one without times is none.
func (q *request) windows(name string) string {
	var lines []string
	for n := range mostWindows {
		field := name + strconv.Itoa(n)
		from, to := q.FormValue(field+"_from"), q.FormValue(field+"_to")
		if from == "" && to == "" {
			continue
		}
		line := from + "-" + to
		if days := q.values(field + "_day"); len(days) < len(dayNames) {
			line = strings.Join(days, ",") + " " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
