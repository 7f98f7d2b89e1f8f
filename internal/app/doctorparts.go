package app

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/radius/routers"
)

const mostSkew = 5 * time.Second

func (f *findings) database(ctx context.Context, m *Main) {
	f.ok("database", "%s answers, schema is up to date", hidePassword(m.Config.DB))
	if m.DB.Dialect() == db.SQLite {
		return
	}
	skew, err := m.clockSkew(ctx)
	switch {
	case err != nil:
		f.fail("clock", err, whatToDo(err))
	case skew.Abs() > mostSkew:
		f.fail("clock", fmt.Errorf("this machine and the database differ by %s", skew.Round(time.Millisecond)), "run an NTP client on both")
	default:
		f.ok("clock", "differs by %s from the database", skew.Round(time.Millisecond))
	}
	memory, data, err := m.memoryAndData(ctx)
	if err != nil {
		f.fail("memory", err, whatToDo(err))
		return
	}
	f.memory(memory, data)
}

// enoughMemory is what a database of any size may work in: what people look at is new, and most that is old is left alone.
const enoughMemory = 1 << 30

// memory looks whether the database server reads from its disk what it could have at hand: MariaDB keeps 128 MB unless it is told otherwise.
func (f *findings) memory(memory, data int64) {
	const exact = 1e6
	text := fmt.Sprintf("MariaDB keeps %s of %s in memory", unitText(memory/exact*exact, dataUnits), unitText((data+exact)/exact*exact, dataUnits))
	if memory < enoughMemory && memory < data/4 {
		f.warn("memory", text+": lists take longer than they need", "set innodb_buffer_pool_size to 1G at least, half of the machine's memory where nothing else runs")
		return
	}
	f.ok("memory", "%s", text)
}

const (
	lateJob     = time.Minute
	veryLateJob = 10 * time.Minute
)

func (f *findings) jobs(ctx context.Context, m *Main) {
	s, err := m.Jobs.Stats(ctx)
	if err != nil {
		f.fail("jobs", err, whatToDo(err))
		return
	}
	text := fmt.Sprintf("%d wait, %d run, %d parked", s.Waiting, s.Running, s.Parked)
	late := time.Duration(0)
	if !s.OldestDue.IsZero() {
		late = m.Clock.Now().Sub(s.OldestDue).Round(time.Second)
	}
	switch {
	case late > veryLateJob:
		f.fail("jobs", fmt.Errorf("%s; the oldest is due since %s", text, late), "see that mtandao serve runs, and read its log")
	case late > lateJob:
		f.warn("jobs", fmt.Sprintf("%s; the oldest is due since %s", text, late), "see that mtandao serve runs")
	case s.Parked > 0:
		f.warn("jobs", text, "parked jobs need a person: read the log for why they failed")
	default:
		f.ok("jobs", "%s", text)
	}
}

const silentRouter = 15 * time.Minute

func (f *findings) routers(m *Main) {
	active := 0
	for _, r := range m.Routers.All() {
		if r.State != routers.StateActive {
			continue
		}
		active++
		check := "router " + r.Name
		switch heard := m.Routers.LastHeard(r.ID); {
		case r.Auth == routers.AuthExcepted:
			f.warn(check, "excepted from Message-Authenticator", "set auth: required once the router signs its requests")
		case heard.IsZero():
			f.warn(check, "never heard", "see its RADIUS server, secret and address")
		case m.Clock.Now().Sub(heard) > silentRouter:
			f.warn(check, "last heard "+heard.UTC().Format(time.RFC3339), "see that it is on and reaches this node")
		default:
			f.ok(check, "heard %s ago", m.Clock.Now().Sub(heard).Round(time.Second))
		}
	}
	if active == 0 {
		f.warn("routers", "none", "add one in the back office or with mtandao apply")
	}
}

func (f *findings) tills(ctx context.Context, m *Main) {
	tills, err := m.Billing.Tills(ctx)
	if err != nil {
		f.fail("tills", err, "see the database and the key file")
		return
	}
	live := 0
	for _, t := range tills {
		if t.State != billing.TillLive {
			continue
		}
		live++
		if err := checkRail(t.BaseURL); err != nil && !m.Config.Dev {
			f.fail("till "+t.Key, err, "correct its base_url")
			continue
		}
		f.ok("till "+t.Key, "%s %s; mtandao doctor mpesa tries it", t.Type, t.ShortCode)
	}
	if live == 0 {
		f.warn("tills", "none: nobody can pay", "add one in the back office or with mtandao apply")
	}
}
