package backoffice

import (
	"cmp"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/postroom"
	"mtandao/internal/staff"
	"mtandao/internal/support"
)

const (
	leftAt   = mailboxAt + "/left"
	mostLeft = 50
)

// leftMails is the list of e-mails that made no ticket. They belong to no site.
func (b *Backoffice) leftMails(q *request) error {
	p := q.record("office.mailbox.left", "tickets")
	p.Crumbs, p.Lead = []crumb{{p.T("office.nav.tickets"), ticketsAt}}, p.T("office.mailbox.left_text")
	if err := b.addLeft(q, p, mostListed); err != nil {
		return err
	}
	if len(p.Cards) == 0 {
		p.add(card{Empty: &blank{Icon: "mail", Title: p.T("office.mailbox.left_none"), Text: p.T("office.mailbox.left_none_text")}})
	}
	return q.show(p)
}

// addLeft tells of the newest e-mails that made no ticket, and offers to make one of each to who may.
func (b *Backoffice) addLeft(q *request, p *recordPage, most int) error {
	all, err := b.Mailbox.Left(q.ctx, q.before(), most+1)
	if err != nil || len(all) == 0 {
		return err
	}
	c := card{Name: p.T("office.mailbox.left"), Lead: p.T("office.mailbox.left_text")}
	if len(all) > most {
		all = all[:most]
		c.Older = leftAt + "?before=" + number(all[most-1].ID)
	}
	c.Table = &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.mailbox.from")}, {Name: p.T("office.ticket.subject")}, {Name: p.T("office.mailbox.why")}, {}}}
	for _, m := range all {
		does := cell{}
		if q.may(staff.TicketsWork, 0) {
			does.Acts = []act{{Name: p.T("office.mail_take.act"), Address: leftAt + "/" + number(m.ID)}}
		}
		c.Table.add(cell{Text: b.when(&p.frame, m.At)}, cell{Text: m.From}, cell{Text: m.Subject}, cell{Text: p.T("office.mailbox.why_" + string(m.Reason))}, does)
	}
	p.add(c)
	return nil
}

// takeForm asks whose ticket an e-mail becomes. One that is a ticket's by now leads there.
func (b *Backoffice) takeForm(q *request) (int64, *formPage, error) {
	id, err := q.idOf("id")
	if err != nil {
		return id, nil, err
	}
	m, made, err := b.Mailbox.LeftOne(q.ctx, id)
	if made != 0 {
		return id, nil, led(ticketAt(made))
	}
	if err != nil {
		return id, nil, hidden(err)
	}
	p := q.asking("office.mail_take.", "tickets", leftAt)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.tickets"), ticketsAt}, {p.T("office.mailbox.left"), leftAt}}
	p.Facts = []fact{{p.T("office.when"), b.when(&p.frame, m.At)}, {p.T("office.mailbox.from"), m.From}, {p.T("office.ticket.subject"), m.Subject}, {p.T("office.mailbox.why"), p.T("office.mailbox.why_" + string(m.Reason))}}
	p.ask(formField{Name: "customer", Label: p.T("office.ticket.customer"), Hint: p.T("office.mail_take.customer_hint"), Value: q.typedOr("customer", ""), Most: 64})
	return id, p, nil
}

func (b *Backoffice) askTakeMail(q *request) error {
	_, p, err := b.takeForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) takeMail(q *request) error {
	id, p, err := b.takeForm(q)
	if err != nil {
		return err
	}
	customerID := int64(0)
	if q.said("customer") != "" {
		c, err := b.typedCustomer(q, staff.TicketsWork)
		if err != nil {
			return q.refuse(err, "form", p, "customer")
		}
		customerID = c.ID
	}
	made, err := b.Mailbox.TakeUp(q.ctx, id, customerID, q.ticketBy())
	if err != nil && !(made != 0 && fault.Is(err, fault.Conflict)) {
		return q.refuse(err, "form", p, ticketField(err))
	}
	if err == nil {
		q.tell("good", "office.mail_take.done", "")
	}
	return led(ticketAt(made))
}

// unfolded parts what somebody wrote from the earlier e-mails that it repeats at its end.
func unfolded(text string) (fresh, earlier string) {
	lines := strings.Split(text, "\n")
	at := len(lines)
	for at > 0 && strings.HasPrefix(lines[at-1], ">") {
		at--
	}
	fresh = strings.TrimSpace(strings.Join(lines[:at], "\n"))
	if fresh == "" {
		return text, ""
	}
	return fresh, strings.Join(lines[at:], "\n")
}

// mailFacts are what there was in an e-mail besides its text, and what is not certain of it.
func mailFacts(f *frame, m *support.Mail, kept map[int64]bool) (all []string) {
	if m == nil {
		return nil
	}
	say := func(key string, args ...any) { all = append(all, f.T("office.mail."+key, args...)) }
	from := m.From
	if m.FromName != "" {
		from = strings.TrimSpace(m.FromName + " <" + m.From + ">")
	}
	if from == "" {
		say("nobody")
	} else {
		say("from", "From", from)
	}
	if m.Known {
		say("unproven")
	}
	if m.Suspect != "" {
		say("suspect", "Reference", support.Grouped(m.Suspect))
	}
	for _, file := range m.Files {
		name, size := mailFileName(file), fileSize(file.Size)
		switch {
		case file.Refused != "":
			_, why, _ := strings.Cut(file.Refused, ".")
			say("refused", "Name", name, "Size", size, "Why", f.T("office.mail.not_"+why, "MB", int(MostFile>>20), "Most", fieldwork.MostFiles, "Each", postroom.MostKept))
		case file.FileID == 0:
			say("file", "Name", name, "Size", size)
		case kept[file.FileID]:
			say("kept", "Name", name, "Size", size)
		default:
			say("removed", "Name", name, "Size", size)
		}
	}
	if m.Left > 0 {
		say("left", "Count", m.Left)
	}
	if m.Cut {
		say("cut")
	}
	if m.Garbled {
		say("garbled")
	}
	return all
}

func mailFileName(file support.MailFile) string { return cmp.Or(file.Name, file.Type) }

// mailActs lead to the files that came with an e-mail and are kept.
func mailActs(m *support.Mail, kept map[int64]bool) (all []act) {
	if m == nil {
		return nil
	}
	for _, file := range m.Files {
		if kept[file.FileID] {
			all = append(all, act{Name: mailFileName(file), Icon: "download", Address: fileAt(file.FileID)})
		}
	}
	return all
}

// keptFiles are those files of a ticket that are there.
func (b *Backoffice) keptFiles(q *request, ticketID int64) (map[int64]bool, error) {
	all, err := b.Files.FilesAt(q.ctx, fieldwork.OfTicket, ticketID)
	kept := map[int64]bool{}
	for _, f := range all {
		kept[f.ID] = true
	}
	return kept, err
}

// fileSize is how big a file is: 340 kB, 2.1 MB.
func fileSize(bytes int64) string {
	if bytes < 1_000_000 {
		return strconv.FormatInt((bytes+999)/1000, 10) + " kB"
	}
	return strconv.FormatInt(bytes/1_000_000, 10) + "." + strconv.FormatInt(bytes%1_000_000/100_000, 10) + " MB"
}
