package app

import (
	"time"

	"mtandao/internal/scheduled"
	"mtandao/internal/site"
	"mtandao/portal/backoffice"
)

// wireMail says who makes what goes with e-mails: papers, and reports that come again and again; openPortal says who draws those.
func (m *Main) wireMail() {
	m.Notify.AskPapers(m.Papers.Attached)
	m.Scheduled = scheduled.New(scheduled.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Members: m.Staff, Messages: m.Notify, Reports: backoffice.Sendable(), Paused: m.Pause.Paused,
		PublicURL: m.Config.PublicURL})
	m.Notify.AskReports(m.Scheduled.Attached)
}

// scheduleMail subscribes the work that one node does at a time.
func (m *Main) scheduleMail() {
	m.Notify.Schedule()
	m.Jobs.Every("reports by e-mail", reportsLook, m.Scheduled.Tick)
	m.Jobs.Every("old reports by e-mail", time.Hour, m.Scheduled.Clean)
}

// reportsLook is how late a report may leave.
const reportsLook = time.Minute

// brandOf is the brand of a site, or the house's when it is of none.
func (m *Main) brandOf(siteID int64) site.Brand {
	if _, brand, err := m.Sites.Get(siteID); err == nil {
		return brand
	}
	return site.House
}
