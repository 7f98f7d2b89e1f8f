package backoffice

import (
	"slices"
	"strconv"
	"time"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/report"
)

// What a report holds when nobody says anything.
const (
	usualDays   = 30
	usualMonths = 12
)

// spell is a time that one press chooses: its name, and the days of it and of the time that it is compared with.
type spell struct {
	name string
	days func(today clock.Day) (now, before daybook.Asked)
}

// spells are in the order in which they are shown. What is not over is compared with as many days of the one before.
var spells = []spell{
	{"today", func(today clock.Day) (now, before daybook.Asked) { return lasting(today, today) }},
	{"week", func(today clock.Day) (now, before daybook.Asked) {
		monday := today - clock.Day((int(today)+3)%7) // the first of January 1970 was a Thursday
		return daybook.Asked{First: monday, Last: today}, daybook.Asked{First: monday - 7, Last: today - 7}
	}},
	{"month", func(today clock.Day) (now, before daybook.Asked) {
		first, was := monthOf(today, 0), monthOf(today, -1)
		return daybook.Asked{First: first, Last: today}, daybook.Asked{First: was, Last: min(was+today-first, first-1)}
	}},
	{"last_month", func(today clock.Day) (now, before daybook.Asked) {
		first, was := monthOf(today, -1), monthOf(today, -2)
		return daybook.Asked{First: first, Last: monthOf(today, 0) - 1}, daybook.Asked{First: was, Last: first - 1}
	}},
}

// quarters are those of a report that is told by whole quarters.
var quarters = []spell{
	{"quarter", func(today clock.Day) (now, before daybook.Asked) { return quarterBy(today, 0), quarterBy(today, -1) }},
	{"last_quarter", func(today clock.Day) (now, before daybook.Asked) { return quarterBy(today, -1), quarterBy(today, -2) }},
}

// quarterBy is the quarter of a day, or one before or after it.
func quarterBy(today clock.Day, quarters int) daybook.Asked {
	day := monthOf(today, 3*quarters)
	return quartersIn(daybook.Asked{First: day, Last: day})
}

// monthOf is the first day of the month of a day, or of one before or after it.
func monthOf(day clock.Day, months int) clock.Day {
	year, month, _ := day.Date()
	return clock.Date(year, month+time.Month(months), 1)
}

// lasting are some days, and as many before them.
func lasting(first, last clock.Day) (now, before daybook.Asked) {
	return daybook.Asked{First: first, Last: last}, daybook.Asked{First: first - (last - first) - 1, Last: first - 1}
}

// free are any days, told by months when they are too many to be told by days; fault.Invalid "report.days" or "report.months".
func free(first, last clock.Day, days bool) (now, before daybook.Asked, err error) {
	now, before = lasting(first, last)
	switch {
	case first <= last && last-first < report.LongestDays:
		return now, before, nil
	case first > last || days:
		return now, before, fault.New(fault.Invalid, "report.days")
	}
	year, month, _ := first.Date()
	end, until, _ := last.Date()
	months := 12*(end-year) + int(until-month) + 1
	if months > mostMonths {
		return now, before, fault.New(fault.Invalid, "report.months")
	}
	return wholeMonths(last, months)
}

// wholeMonths are some months, the last of which is that of a day, and as many before them.
func wholeMonths(last clock.Day, months int) (now, before daybook.Asked, err error) {
	now = daybook.MonthsUntil(last, months)
	return now, daybook.MonthsUntil(now.First-1, months), nil
}

// mostMonths are three years: as many as a page compares with the three before.
const mostMonths = 36

// asked reads what an address asks for, and the time before it. What was not made by us is a page that does not exist.
func (b *Backoffice) asked(q *request, d definition) (now, before daybook.Asked, err error) {
	if now, before, err = b.timesOf(q, d); err == nil {
		now.Sites, before.Sites = q.scope(), q.scope()
	}
	return now, before, err
}

func (b *Backoffice) timesOf(q *request, d definition) (now, before daybook.Asked, err error) {
	today := clock.DayOf(b.Clock.Now())
	if name := q.Query("range"); name != "" {
		all := spells
		if d.Times == byQuarters {
			all = quarters
		}
		n := slices.IndexFunc(all, func(s spell) bool { return s.name == name })
		if n < 0 {
			return now, before, notHere()
		}
		now, before = all[n].days(today)
		return now, before, nil
	}
	if d.Times == asItIs {
		now, before = lasting(today, today)
		return now, before, nil
	}
	last, known := today, true
	if until := q.Query("until"); until != "" {
		if last, known = clock.ParseDay(until); !known {
			return now, before, notHere()
		}
	}
	if from := q.Query("from"); from != "" {
		first, known := clock.ParseDay(from)
		if !known {
			return now, before, notHere()
		}
		return free(first, last, d.Times == byDays)
	}
	if q.Query("months") != "" {
		months, err := strconv.Atoi(q.Query("months"))
		if err != nil || d.Times == byDays || months < 1 || months > 12 {
			return now, before, notHere()
		}
		return wholeMonths(last, months)
	}
	if (d.Times == byMonths || d.Times == byQuarters) && q.Query("days") == "" {
		return wholeMonths(last, usualMonths)
	}
	length := usualDays
	if typed := q.Query("days"); typed != "" {
		if length, err = strconv.Atoi(typed); err != nil || length < 1 || length > report.LongestDays {
			return now, before, notHere()
		}
	}
	now, before = lasting(last-clock.Day(length)+1, last)
	return now, before, nil
}

// ranges are the times that one press chooses.
func (q *request) ranges(f *frame, d definition) (all []chip) {
	if d.Times == asItIs {
		return nil
	}
	here := q.Query("range") + "|" + q.Query("days") + "|" + q.Query("months") + "|" + q.Query("from")
	add := func(name, query string, is ...string) {
		all = append(all, chip{Name: name, Address: q.Path() + "?" + query, Here: slices.Contains(is, here)})
	}
	switch d.Times {
	case byQuarters:
		for _, s := range quarters {
			add(f.T("office.range."+s.name), "range="+s.name, s.name+"|||")
		}
		add(f.T("office.revenue.months12"), "months=12", "||12|", "|||")
		return all
	case byMonths:
		add(f.T("office.range.month"), "months=1", "||1|")
		add(f.T("office.range.last_month"), "range=last_month", "last_month|||")
		add(f.T("office.revenue.months12"), "months=12", "||12|", "|||")
		return all
	}
	for _, s := range spells {
		add(f.T("office.range."+s.name), "range="+s.name, s.name+"|||")
	}
	add(f.T("office.money_report.days7"), "days=7", "|7||")
	add(f.T("office.money_report.days30"), "days=30", "|30||", "|||")
	add(f.T("office.money_report.days90"), "days=90", "|90||")
	if d.Times != byDays {
		add(f.T("office.revenue.months12"), "months=12", "||12|")
	}
	return all
}

// freeRange is the form for any other days.
func (q *request) freeRange(f *frame, d definition) *find {
	if d.Times == asItIs {
		return nil
	}
	return &find{Action: reportsAt + d.Name, Button: f.T("office.filter"), Fields: []formField{{Name: "from", As: asDay, Label: f.T("office.range.from"), Value: q.Query("from")},
		{Name: "until", As: asDay, Label: f.T("office.money_report.until"), Value: q.Query("until")}}}
}
