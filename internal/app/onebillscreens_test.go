package app

import (
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"mtandao/billing/billdesk"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/words"
)

// TestOneBillOfAPreviewOnAPhone: the page of one bill of several lines that a preview names fits a phone, and the smallest, in both languages, also with long names.
func TestOneBillOfAPreviewOnAPhone(t *testing.T) {
	s := openStage(t, 1)
	ctx := t.Context()
	if err := s.seedLines(ctx); err != nil {
		t.Fatal(err)
	}
	parent := s.named(t, "0711 200 006")
	s.familyOf(t, parent)
	if err := s.seedLine(ctx, "Kasarani Sports Club and Conference Centre, Members' Wing", "0711 200 098", "office-50", "kasarani-sports-club-conference-centre", customers.Business, 5, 0, 0); err != nil {
		t.Fatal(err)
	}
	s.joins(t, s.named(t, "0711 200 098"), parent)
	r, err := s.Main.BillRuns.Look(ctx, clock.DayOf(s.Main.Plan.Now())+31, "onebillonaphone", billdesk.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s.runEnds(t, r.ID)
	all, err := s.Main.BillRuns.Documents(ctx, r.ID, "", 0, 20)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, d := range all {
		if d.PartCount > 1 {
			paths = append(paths, billRunOf(r.ID)+"?bill="+number(d.N))
		}
	}
	if len(paths) == 0 {
		t.Fatalf("none of %+v is of several lines", all)
	}
	paths = append(paths[:1], billRunOf(r.ID))
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	var known sync.Map
	l := newLooker(t, openBrowser(t), "http://"+s.Main.HTTPAddress(), &known)
	for _, width := range []int64{320, 390} {
		for _, lang := range words.Languages {
			for _, path := range paths {
				l.be(owner.token, lang, false)
				l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
				for _, complaint := range l.at(path).Complaints {
					t.Errorf("%s %d %s: %s", lang, width, path, complaint)
				}
				l.keep(path, string(lang)+"-"+number(width))
			}
		}
	}
}
