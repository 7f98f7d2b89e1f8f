package selfcare

import (
	"context"
	"strconv"

	"mtandao/internal/notify"
)

// Messages are what was sent to customers. *notify.Service satisfies it.
type Messages interface {
	OfCustomer(ctx context.Context, customerID, before int64, limit int) ([]notify.Told, error)
}

// sent is a page of what was sent to the customer, without codes.
type sent struct {
	All   []letter
	Older string // address of the page after
}

type letter struct{ When, By, Subject, Text, Failed string }

const messagesOn = 15

func (f *Face) messages(q *request) error {
	before, err := strconv.ParseInt(q.Query("before", "0"), 10, 64)
	if err != nil || before < 0 {
		return notHere()
	}
	all, err := f.Messages.OfCustomer(q.ctx, q.who.ID, before, messagesOn+1)
	if err != nil {
		return err
	}
	p := q.page("my.messages.title")
	p.Sent = &sent{}
	texts := make([]string, len(all))
	for n, m := range all {
		texts[n] = m.Subject + m.Text
	}
	if n := fitting(texts, messagesOn); n < len(all) {
		all = all[:n]
		p.Sent.Older = root + "/messages?before=" + strconv.FormatInt(all[n-1].ID, 10)
	}
	zone := f.Sites.Location(q.who.SiteID)
	for _, m := range all {
		one := letter{When: when(q.lang, m.CreatedAt.In(zone)), By: q.T("my.messages.by."+string(m.Channel), "To", m.To), Subject: m.Subject, Text: m.Text}
		switch m.State {
		case notify.Failed:
			one.Failed = q.T("my.messages.failed")
		case notify.Queued, notify.Sending:
			one.Failed = q.T("my.messages.waits")
		}
		p.Sent.All = append(p.Sent.All, one)
	}
	return q.send("messages", p)
}

// mostText is how many octets of text a page has: so it stays as small as the others.
const mostText = 6 << 10

// fitting is how many texts a page shows of these: one at least, and no more than stay small together.
func fitting(texts []string, most int) int {
	sum := 0
	for n, text := range texts {
		if sum += len(text); n == most || n > 0 && sum > mostText {
			return n
		}
	}
	return len(texts)
}
