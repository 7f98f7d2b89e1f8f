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
		{get, "/office/jobs", everywhere, staff.JobsManage, b.jobs}, {get, "/office/jobs/:id", everywhere, staff.JobsManage, b.job},
		{post, "/office/jobs/:id/retry", everywhere, staff.JobsManage, b.retryJob},
		{get, "/office/jobs/:id/drop", everywhere, staff.JobsManage, b.askDropJob}, {post, "/office/jobs/:id/drop", everywhere, staff.JobsManage, b.dropJob},
		{get, "/office/callbacks", everywhere, staff.JobsManage, b.setAsides}, {post, "/office/callbacks/:id/retry", everywhere, staff.JobsManage, b.takeInAgain},
	}
}

func (b *Backoffice) jobs(q *request) error {
	state := q.Query("state")
	if !slices.Contains(jobs.States, state) {
		state = ""
	}
	all, err := b.Work.Jobs(q.ctx, state, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.jobs", "jobs")
	p.Lead = p.T("office.jobs.lead")
	p.Acts = []act{{Name: p.T("office.callbacks.title"), Icon: "inbox", Address: "/office/callbacks"}}
	chips := []choice{{Name: p.T("office.all")}}
	for _, s := range jobs.States {
		chips = append(chips, choice{Value: s, Name: p.T("office.job." + s)})
	}
	p.Chips = [][]chip{q.chips("state", chips)}
	p.Columns = []column{{Name: p.T("office.jobs.work")}, {p.T("office.jobs.since"), "when"}, {p.T("office.jobs.next"), "when"}, {p.T("office.tries"), "num"},
		{Name: p.T("office.jobs.error")}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(j jobs.Entry) int64 { return j.ID })
	for _, j := range all {
		p.add(cell{Text: factName(&p.frame, j.Fact), More: j.Key, Address: "/office/jobs/" + number(j.ID)}, cell{Text: b.when(&p.frame, j.CreatedAt)}, cell{Text: b.nextRun(&p.frame, j)},
			cell{Text: strconv.Itoa(j.Attempt)}, cell{Text: errorWords(&p.frame, j.LastError)}, stated(jobState(&p.frame, j.State)))
	}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.jobs.none"), Text: p.T("office.jobs.none_text")}
	return q.list(p)
}

// factName is what a job does, in words; a fact that has none is shown as it is stored.
func factName(f *frame, fact string) string { return trailWord(f, "office.fact.", fact) }

func (b *Backoffice) nextRun(f *frame, j jobs.Entry) string {
	if j.State == jobs.Parked {
		return "–"
	}
	return b.when(f, j.RunAt)
}

func jobState(f *frame, state string) stateView {
	return toned(f, "office.job.", state, map[string]string{"running": "good", "parked": "bad"})
}

// theJob is the job of an address; one that is done has no row any more.
func (b *Backoffice) theJob(q *request) (jobs.Entry, error) {
	id, err := q.idOf("id")
	if err != nil {
		return jobs.Entry{}, err
	}
	j, err := b.Work.Job(q.ctx, id)
	return j, hidden(err)
}

func (b *Backoffice) jobPage(q *request, j jobs.Entry) *recordPage {
	p := q.record("office.nav.jobs", "jobs")
	p.Crumbs = []crumb{{p.Title, "/office/jobs"}}
	p.Title, p.State = factName(&p.frame, j.Fact), jobState(&p.frame, j.State)
	return p
}

func (b *Backoffice) job(q *request) error {
	j, err := b.theJob(q)
	if err != nil {
		return err
	}
	p := b.jobPage(q, j)
	if j.State != "running" {
		p.Acts = []act{{Name: p.T("office.retry"), Icon: "refresh-cw", Address: q.Path() + "/retry", Posted: true}, {Name: p.T("office.jobs.drop"), Icon: "x", Address: q.Path() + "/drop"}}
	}
	p.add(card{Facts: []fact{{p.T("office.jobs.for"), j.Subscriber}, {p.T("office.jobs.about"), j.Key}, {p.T("office.jobs.since"), b.when(&p.frame, j.CreatedAt)},
		{p.T("office.jobs.last"), b.when(&p.frame, j.UpdatedAt)}, {p.T("office.jobs.next"), b.nextRun(&p.frame, j)}, {p.T("office.tries"), strconv.Itoa(j.Attempt)}}})
	if j.LastError != "" {
		s := card{Name: p.T("office.jobs.error"), Text: j.LastError, Raw: true}
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
	at := "/office/jobs/" + number(j.ID)
	p := q.asking("office.job_drop.", "jobs", at)
	work := factName(&p.frame, j.Fact)
	p.Title, p.Crumbs = p.T("office.job_drop.title", "Work", work), []crumb{{p.T("office.nav.jobs"), "/office/jobs"}, {work, at}}
	return q.showForm(p)
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
	all, err := b.Work.SetAsides(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.callbacks.title", "jobs")
	p.Lead, p.Crumbs = p.T("office.callbacks.lead"), []crumb{{p.T("office.nav.jobs"), "/office/jobs"}}
	p.Columns = []column{{p.T("office.when"), "when"}, {Name: p.T("office.callbacks.kind")}, {p.T("office.audit.from"), "code"}, {Name: p.T("office.jobs.error")}, {}}
	all, p.pager = newest(q, all, mostListed, func(m billing.SetAside) int64 { return m.ID })
	for _, m := range all {
		p.add(cell{Text: b.when(&p.frame, m.ReceivedAt)}, cell{Text: p.T("office.callback." + m.Kind)}, cell{Text: m.From}, cell{Text: errorWords(&p.frame, m.Note)},
			cell{Acts: []act{{Name: p.T("office.retry"), Address: "/office/callbacks/" + number(m.ID) + "/retry", Posted: true, Tone: "plain"}}})
	}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.callbacks.none"), Text: p.T("office.callbacks.none_text")}
	return q.list(p)
}

func (b *Backoffice) takeInAgain(q *request) error {
	id, err := q.idOf("id")
	if err == nil {
		err = b.Work.TakeInAgain(q.ctx, q.in.By(q.visit()), id)
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.retried", "")
	return led("/office/callbacks")
}
