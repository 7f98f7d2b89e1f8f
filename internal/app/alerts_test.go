package app

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/notify"
)

func TestAlertsReadTheRunningHouse(t *testing.T) {
	m, ctx := openStage(t, 60).Main, context.Background()
	ages, err := m.queueAges(ctx)
	if err != nil || len(ages) != 5 {
		t.Errorf("queues: %v %v", ages, err)
	}
	for _, r := range ages {
		if r.Value != 0 {
			t.Errorf("%s is %d minutes old in a new house", r.Subject, r.Value)
		}
	}
	if free, err := m.diskFree(ctx); err != nil || len(free) != 1 || free[0].Value < 0 || free[0].Value > 100 {
		t.Errorf("disk: %v %v", free, err)
	}
	if full, err := m.spoolsFull(ctx); err != nil || len(full) != 2 || full[0].Value != 0 || full[1].Value != 0 {
		t.Errorf("spools: %v %v", full, err)
	}
	rejects := &rejectMeter{main: m}
	if r, err := rejects.read(ctx); err != nil || len(r) != 1 || r[0].Value != 0 {
		t.Errorf("rejects: %v %v", r, err)
	}
	if err := m.Notify.Evaluate(ctx); err != nil {
		t.Error(err)
	}
	open, err := m.Notify.OpenAlerts(ctx)
	for _, a := range open {
		if a.Rule != notify.RuleDisk { // this machine's disk may be nearly full
			t.Errorf("%+v", a)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestRejectsPerMinute(t *testing.T) {
	r, start := &rejectMeter{}, time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		second, total, want int64
	}{{0, 100, 0}, {10, 130, 30}, {60, 160, 60}, {70, 190, 60}, {120, 190, 30}, {130, 190, 0}, {370, 590, 100}} {
		if got := r.perMinute(start.Add(time.Duration(tt.second)*time.Second), tt.total); got != tt.want {
			t.Errorf("after %d s: %d, want %d", tt.second, got, tt.want)
		}
	}
}
