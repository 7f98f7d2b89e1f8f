package backoffice

import (
	"context"
	"slices"
	"strconv"

	"mtandao/billing"
	"mtandao/internal/jobs"
	"mtandao/internal/staff"
)

// Work is what waits to be done, and messages of a rail that were set aside. What changes something is recorded in the audit trail.
type Work interface {
	Jobs(ctx context.Context, state string, before int64, limit int) ([]jobs.Entry, error)
	Job(ctx context.Context, id int64) (jobs.Entry, error)
	Retry(ctx context.Context, by staff.By, id int64) error
	Drop(ctx context.Context, by staff.By, id int64) error
	SetAsides(ctx context.Context, before int64, limit int) ([]billing.SetAside, error)
	TakeInAgain(ctx context.Context, by staff.By, messageID int64) error
}

func (b *Backoffice) jobRoutes() []route {
	return []route{
		{get, "/office/jobs", full, staff.JobsManage, b.jobs}, {get, "/office/jobs/:id", full, staff.JobsManage, b.job},
		{post, "/office/jobs/:id/retry", full, staff.JobsManage, b.retryJob},
		{get, "/office/jobs/:id/drop", full, staff.JobsManage, b.askDropJob}, {post, "/office/jobs/:id/drop", full, staff.JobsManage, b.dropJob},
		{get, "/office/callbacks", full, staff.JobsManage, b.setAsides}, {post, "/office/callbacks/:id/retry", full, staff.JobsManage, b.takeInAgain},
	}
}

func (b *Backoffice) jobs(q *request) error {
	if err := q.everywhere(staff.JobsManage); err != nil {
		return err
	}
	state := q.Query("state")
	if !slices.Contains(jobs.States, state) {
		state = ""
	}
	all, err := b.Work.Jobs(q.ctx, state, q.before(), mostListed)
	if err != nil {
		return err
	}
	p := b.board(q, "office.nav.jobs", "jobs")
	p.Lead = p.T("office.jobs.lead")
	p.Acts = []act{{Name: p.T("office.callbacks.title"), Icon: "inbox", Address: "/office/callbacks"}}
	chips := []boardOption{{Name: p.T("office.all")}}
	for _, s := range jobs.States {
		chips = append(chips, boardOption{Value: s, Name: p.T("office.job." + s)})
	}
	p.Chips = q.chips("state", chips)
	t := &table{Columns: []boardColumn{{Name: p.T("office.jobs.work")}, texted(p.T("office.jobs.since"), "when"), texted(p.T("office.jobs.next"), "when"), texted(p.T("office.tries"), "num"),
		{Name: p.T("office.jobs.error")}, {Name: p.T("office.state")}}}
	for _, j := range all {
		t.add(boardCell{Text: factName(p, j.Fact), Detail: j.Key, Address: "/office/jobs/" + number(j.ID)}, boardCell{Text: b.when(&p.frame, j.CreatedAt)}, boardCell{Text: b.nextRun(p, j)},
			boardCell{Text: strconv.Itoa(j.Attempt)}, boardCell{Text: errorWords(&p.frame, j.LastError)}, stated(jobState(p, j.State)))
	}
	s := boardSection{Table: t}
	if len(all) == 0 {
		s.Empty = &blank{Icon: "circle-check", Title: p.T("office.jobs.none"), Text: p.T("office.jobs.none_text")}
	} else {
		s.Older = q.older(len(all) == mostListed, all[len(all)-1].ID)
	}
	p.add(s)
	return q.show(p)
}

// factName is what a job does, in words; a fact that has none is shown as it is stored.
func factName(p *boardPage, fact string) string { return trailWord(&p.frame, "office.fact.", fact) }

func (b *Backoffice) nextRun(p *boardPage, j jobs.Entry) string {
	if j.State == jobs.Parked {
		return "–"
	}
	return b.when(&p.frame, j.RunAt)
}

func jobState(p *boardPage, state string) stateView {
	tones := map[string]string{"running": "good", "waiting": "", "parked": "bad"}
	return stateView{tones[state], p.T("office.job." + state)}
}

// theJob is the job of an address; one that is done has no row any more.
func (b *Backoffice) theJob(q *request) (jobs.Entry, error) {
	id, err := q.idOf("id")
	if err == nil {
		err = q.everywhere(staff.JobsManage)
	}
	if err != nil {
		return jobs.Entry{}, err
	}
	j, err := b.Work.Job(q.ctx, id)
	return j, hidden(err)
}

func (b *Backoffice) jobPage(q *request, j jobs.Entry) *boardPage {
	p := b.board(q, "office.nav.jobs", "jobs")
	p.Crumbs = []crumb{{p.Title, "/office/jobs"}}
	state := jobState(p, j.State)
	p.Title, p.State = factName(p, j.Fact), &state
	return p
}

func (b *Backoffice) job(q *request) error {
	j, err := b.theJob(q)
	if err != nil {
		return err
	}
	p := b.jobPage(q, j)
	if j.State != "running" {
		p.Acts = []act{{Name: p.T("office.retry"), Icon: "refresh-cw", Address: q.Path() + "/retry", Post: true}, {Name: p.T("office.jobs.drop"), Icon: "x", Address: q.Path() + "/drop"}}
	}
	p.add(boardSection{Facts: []fact{{p.T("office.jobs.for"), j.Subscriber}, {p.T("office.jobs.about"), j.Key}, {p.T("office.jobs.since"), b.when(&p.frame, j.CreatedAt)},
		{p.T("office.jobs.last"), b.when(&p.frame, j.UpdatedAt)}, {p.T("office.jobs.next"), b.nextRun(p, j)}, {p.T("office.tries"), strconv.Itoa(j.Attempt)}}})
	if j.LastError != "" {
		s := boardSection{Name: p.T("office.jobs.error"), Text: j.LastError}
		if said := errorWords(&p.frame, j.LastError); said != j.LastError {
			s.Lead = said
		}
		p.add(s)
	}
	return q.show(p)
}

func (b *Backoffice) retryJob(q *request) error {
	j, err := b.theJob(q)
	if err != nil {
		return err
	}
	if err := b.Work.Retry(q.ctx, q.in.By(q.visit()), j.ID); err != nil {
		return err
	}
	q.tell("good", "office.retried", "")
	return led("/office/jobs")
}

func (b *Backoffice) askDropJob(q *request) error {
	j, err := b.theJob(q)
	if err != nil {
		return err
	}
	p := b.jobPage(q, j)
	p.Title = p.T("office.jobs.drop_ask", "Work", p.Title)
	p.add(boardSection{Lead: p.T("office.jobs.drop_lead"), Form: &boardForm{Action: q.Path(), Button: p.T("office.jobs.drop"), Danger: true, Cancel: "/office/jobs/" + number(j.ID)}})
	return q.show(p)
}

func (b *Backoffice) dropJob(q *request) error {
	j, err := b.theJob(q)
	if err != nil {
		return err
	}
	if err := b.Work.Drop(q.ctx, q.in.By(q.visit()), j.ID); err != nil {
		return err
	}
	q.tell("", "office.jobs.dropped", "")
	return led("/office/jobs")
}

// setAsides lists messages of a rail that could not be taken in for trouble of ours.
func (b *Backoffice) setAsides(q *request) error {
	if err := q.everywhere(staff.JobsManage); err != nil {
		return err
	}
	all, err := b.Work.SetAsides(q.ctx, q.before(), mostListed)
	if err != nil {
		return err
	}
	p := b.board(q, "office.callbacks.title", "jobs")
	p.Lead, p.Crumbs = p.T("office.callbacks.lead"), []crumb{{p.T("office.nav.jobs"), "/office/jobs"}}
	t := &table{Columns: []boardColumn{texted(p.T("office.when"), "when"), {Name: p.T("office.callbacks.kind")}, texted(p.T("office.audit.from"), "code"), {Name: p.T("office.jobs.error")}, {}}}
	for _, m := range all {
		t.add(boardCell{Text: b.when(&p.frame, m.ReceivedAt)}, boardCell{Text: p.T("office.callback." + m.Kind)}, boardCell{Text: m.From}, boardCell{Text: errorWords(&p.frame, m.Note)},
			boardCell{Acts: []act{{Name: p.T("office.retry"), Address: "/office/callbacks/" + number(m.ID) + "/retry", Post: true, Tone: "plain"}}})
	}
	s := boardSection{Table: t}
	if len(all) == 0 {
		s.Empty = &blank{Icon: "circle-check", Title: p.T("office.callbacks.none"), Text: p.T("office.callbacks.none_text")}
	} else {
		s.Older = q.older(len(all) == mostListed, all[len(all)-1].ID)
	}
	p.add(s)
	return q.show(p)
}

func (b *Backoffice) takeInAgain(q *request) error {
	id, err := q.idOf("id")
	if err == nil {
		err = q.everywhere(staff.JobsManage)
	}
	if err == nil {
		err = b.Work.TakeInAgain(q.ctx, q.in.By(q.visit()), id)
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.retried", "")
	return led("/office/callbacks")
}
