package app

import (
	"context"
	"strconv"
	"sync"
	"syscall"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/report"
	"mtandao/internal/settings"
	"mtandao/radius/outages"
)

// watch gives the owner's alerts their readings.
func (m *Main) watch() {
	pulse := report.NewPulse(m.DB, m.Clock)
	m.Notify.Watch(notify.RulePrompts, pulse.Prompts)
	if m.Config.PublicURL != "" { // otherwise nobody can call back
		m.Notify.Watch(notify.RuleCallbacks, pulse.Callbacks)
	}
	m.Notify.Watch(notify.RuleRouter, m.routerSilence)
	rejects := &rejectMeter{main: m}
	m.Notify.Watch(notify.RuleRejects, rejects.read)
	m.Notify.Watch(notify.RuleQueue, m.queueAges)
	m.Notify.Watch(notify.RuleSpool, m.spoolsFull)
	m.Notify.Watch(notify.RuleBalance, m.Notify.BalanceSource)
	m.Notify.Watch(notify.RuleDisk, m.diskFree)
	m.Notify.Watch(notify.RuleFlapping, m.flapping)
	m.Notify.Watch(notify.RuleGuessing, m.guessing)
	m.Notify.Watch(notify.RuleEarly, m.early)
	m.Notify.Watch(notify.RuleOutage, m.outagesIn(outages.Given))
	m.Notify.Watch(notify.RuleDoubt, m.outagesIn(outages.Doubted))
	m.Notify.Watch(notify.RuleReversed, m.reversed)
	m.Notify.Watch(notify.RuleDay, m.daysWaiting)
	m.Notify.Watch(notify.RuleComplaint, m.Tickets.ComplaintsEnd)
	m.Notify.Watch(notify.RuleMailbox, m.Post.Unread)
	m.Notify.Watch(notify.RuleMailFlood, m.Post.Flooded)
	m.Notify.Watch(notify.RuleHooks, m.Webhooks.Untaken)
	if m.Config.hasTLS() {
		m.Notify.Watch(notify.RuleCertificate, m.certificateDays)
	}
	if m.Config.BackupTo != "" {
		m.Notify.Watch(notify.RuleBackup, m.backupAge)
	}
}

// queueAges tells in minutes how long the oldest waits in each queue.
func (m *Main) queueAges(ctx context.Context) ([]notify.Reading, error) {
	s, err := m.Jobs.Stats(ctx)
	if err != nil {
		return nil, err
	}
	messages, _, _, err := m.Notify.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	waits := []struct {
		name string
		age  time.Duration
	}{{"jobs", m.Jobs.Late(s)}, {"messages", messages}, {"callbacks", m.since(m.callbacks.Stats().Oldest)}, {"accounting", m.since(m.accounting.Stats().Oldest)},
		{"changes of grants", m.Access.Freshness().Age}}
	var readings []notify.Reading
	for _, w := range waits {
		readings = append(readings, notify.Reading{Subject: w.name, Value: int64(w.age / time.Minute)})
	}
	return readings, nil
}

// flapping tells which log-in names go from device to device: two routers are set up with one name, or somebody lends theirs.
func (m *Main) flapping(ctx context.Context) ([]notify.Reading, error) {
	flaps, err := m.Access.Flapping(ctx)
	var readings []notify.Reading
	for _, f := range flaps {
		g, _, _, e := m.Access.View(ctx, f.GrantID)
		if e != nil {
			return nil, e
		}
		readings = append(readings, notify.Reading{Subject: g.Plan + " " + strconv.FormatInt(f.GrantID, 10), Value: f.Times})
	}
	return readings, err
}

// guessing tells at which sites codes are tried in vain; who tries vouchers that were never signed out has stolen them.
func (m *Main) guessing(ctx context.Context) ([]notify.Reading, error) {
	wrong, err := m.Vouchers.WrongTries(ctx)
	if err != nil {
		return nil, err
	}
	var readings []notify.Reading
	for _, w := range wrong {
		here, _, _ := m.Sites.Get(w.SiteID) // a site that is gone has no name
		readings = append(readings, notify.Reading{Subject: here.Name, Value: w.Tries})
	}
	return readings, nil
}

// early tells of which batches vouchers were tried before they were signed out: for as many hours as the setting says, each is above it.
func (m *Main) early(ctx context.Context) ([]notify.Reading, error) {
	hours := m.Settings.Int(settings.AlertEarly)
	tried, err := m.Vouchers.Alarmed(ctx, m.Plan.Now().Add(-time.Duration(hours)*time.Hour))
	if err != nil {
		return nil, err
	}
	told := map[int64]bool{}
	var readings []notify.Reading
	for _, v := range tried {
		if told[v.BatchID] {
			continue
		}
		told[v.BatchID] = true
		b, err := m.Vouchers.Batch(ctx, v.BatchID)
		if err != nil {
			return nil, err
		}
		readings = append(readings, notify.Reading{Subject: strconv.FormatInt(b.Number, 10), Value: int64(hours) + 1})
	}
	return readings, nil
}

// mostReversed is how many reversals an alert looks at.
const mostReversed = 20

// reversed tells of which receipts a rail took the money back: for as many hours as the setting says, each is above it.
func (m *Main) reversed(ctx context.Context) ([]notify.Reading, error) {
	hours := m.Settings.Int(settings.AlertReversed)
	all, err := m.Billing.Reversals(ctx, billing.ReversalTaken, 0, mostReversed)
	var readings []notify.Reading
	for _, v := range all {
		if v.SettledAt.After(m.Clock.Now().Add(-time.Duration(hours) * time.Hour)) {
			readings = append(readings, notify.Reading{Subject: v.Receipt, Value: int64(hours) + 1})
		}
	}
	return readings, err
}

// spoolsFull tells in percent how full this node's spools are.
func (m *Main) spoolsFull(context.Context) ([]notify.Reading, error) {
	return []notify.Reading{{Subject: "callbacks", Value: m.callbacks.Stats().Fullness()}, {Subject: "accounting", Value: m.accounting.Stats().Fullness()}}, nil
}

func (m *Main) since(at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return m.Clock.Now().Sub(at)
}

// diskFree is the percentage of the data folder's disk that this program may still use.
func (m *Main) diskFree(context.Context) ([]notify.Reading, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(m.Config.Data, &s); err != nil || s.Blocks == 0 {
		return nil, fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	return []notify.Reading{{Value: int64(s.Bavail * 100 / s.Blocks)}}, nil
}

// rejectMeter tells the refused log-ins of the last minute, at this node, from a counter that only grows.
type rejectMeter struct {
	main  *Main
	mu    sync.Mutex
	marks []rejectMark
}

type rejectMark struct {
	at    time.Time
	total int64
}

func (r *rejectMeter) read(context.Context) ([]notify.Reading, error) {
	families, err := r.main.Metrics.Gather()
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	total := 0.0
	for _, f := range families {
		if f.GetName() != "mtandao_radius_rejects_total" {
			continue
		}
		for _, one := range f.GetMetric() {
			total += one.GetCounter().GetValue()
		}
	}
	return []notify.Reading{{Value: r.perMinute(r.main.Clock.Now(), int64(total))}}, nil
}

// perMinute compares with the newest mark that is a minute old, or the oldest there is.
func (r *rejectMeter) perMinute(now time.Time, total int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marks = append(r.marks, rejectMark{now, total})
	for len(r.marks) > 1 && now.Sub(r.marks[1].at) >= time.Minute {
		r.marks = r.marks[1:]
	}
	first := r.marks[0]
	if age := now.Sub(first.at); age > time.Minute {
		return (total - first.total) * int64(time.Minute) / int64(age)
	}
	return total - first.total
}
