package backoffice

import (
	"context"
	"io"
	"mime"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/support"
	"mtandao/internal/words"
)

// Files is what the pages ask of photographs and papers; what is added, opened and removed is recorded in the audit trail. *fieldwork.Service
// satisfies it.
type Files interface {
	File(ctx context.Context, fileID int64) (fieldwork.File, error)
	FilesAt(ctx context.Context, object string, objectID int64) ([]fieldwork.File, error)
	FilesOf(ctx context.Context, customerID, before int64, limit int) ([]fieldwork.File, error)
	AddFile(ctx context.Context, f fieldwork.File, body []byte, request string, by fieldwork.By) (fieldwork.File, error)
	OpenFile(ctx context.Context, fileID int64, by fieldwork.By) (fieldwork.File, []byte, error)
	RemoveFile(ctx context.Context, fileID int64, why string, by fieldwork.By) error
}

const (
	filesAt = "/office/files"
	// FileAdded is where a file is sent to.
	FileAdded = filesAt + "/new"
	// MostFile is how many octets it may have.
	MostFile = fieldwork.MostFileOctets
	// shrinkAbove is from how many octets on a browser makes a photograph smaller before it sends it: there is no use in more.
	shrinkAbove = 700 << 10
)

// fileRoutes name no permission: who may do what is asked of what a file belongs to.
func (b *Backoffice) fileRoutes() []route {
	one := filesAt + "/:id"
	return []route{
		{get, FileAdded, full, "", b.askFile}, {post, FileAdded, full, "", b.addFile},
		{get, one, full, "", b.file}, {post, one + "/open", full, "", b.openFile},
		{get, one + "/remove", full, "", b.askRemoveFile}, {post, one + "/remove", full, "", b.removeFile},
	}
}

func fileAt(id int64) string { return filesAt + "/" + number(id) }

// holder is what a file belongs to.
type holder struct {
	object         string
	id, site       int64
	name, at, here string
	view, change   staff.Permission
}

// holderOf is a customer, lead, visit or ticket, for who may see it; for anybody else there is none.
func (b *Backoffice) holderOf(q *request, f *frame, object string, id int64) (h holder, err error) {
	h = holder{object: object, id: id}
	switch object {
	case fieldwork.OfCustomer:
		var c customers.Customer
		c, err = b.Customers.Get(q.ctx, id)
		h.site, h.name, h.at, h.here, h.view, h.change = c.SiteID, c.Name, customerAddress(id)+"?tab=files", "customers", staff.CustomersView, staff.CustomersEdit
	case fieldwork.OfLead:
		var l fieldwork.Lead
		l, err = b.Leads.Lead(q.ctx, id)
		h.site, h.name, h.at, h.here, h.view, h.change = l.SiteID, leadName(f, l), leadAt(id), "leads", staff.LeadsWork, staff.LeadsWork
	case fieldwork.OfVisit:
		var v fieldwork.Visit
		v, err = b.Visits.Visit(q.ctx, id)
		h.site, h.name, h.at, h.here, h.view, h.change = v.SiteID, joined(f.T("office.visit.kind_"+string(v.Kind)), words.DateOf(f.Lang, v.Day)), visitAt(id), "visits", staff.VisitsView, staff.VisitsWork
	case fieldwork.OfTicket:
		var t support.Ticket
		t, err = b.Tickets.Get(q.ctx, id)
		h.site, h.name, h.at, h.here, h.view, h.change = t.SiteID, t.Shown(), ticketAt(id), "tickets", staff.TicketsView, staff.TicketsManage
	default:
		err = notHere()
	}
	if err == nil && !q.may(h.view, h.site) {
		err = notHere()
	}
	return h, hidden(err)
}

// opens says whether somebody may open a file of what they see: a paper that says who somebody is for who may see its number alone.
func (h holder) opens(q *request, f fieldwork.File) bool {
	return f.Kind != fieldwork.IdentityOf || q.may(staff.IdentitiesView, h.site)
}

// theFile is the file of the address with what it belongs to, for who may see that.
func (b *Backoffice) theFile(q *request, f *frame) (fieldwork.File, holder, error) {
	id, err := q.idOf("id")
	if err != nil {
		return fieldwork.File{}, holder{}, err
	}
	one, err := b.Files.File(q.ctx, id)
	if err != nil {
		return one, holder{}, hidden(err)
	}
	h, err := b.holderOf(q, f, one.Object, one.ObjectID)
	return one, h, err
}

func (h holder) crumbs(f *frame) []crumb {
	return []crumb{{f.T("office.nav." + h.here), "/office/" + h.here}, {h.name, h.at}}
}

// fileTable tells of files, and which are of a visit.
func (b *Backoffice) fileTable(f *frame, all []fieldwork.File) *table {
	t := &table{Columns: []column{{Name: f.T("office.file.name")}, {Name: f.T("office.file.kind")}, {f.T("office.file.size"), "num"}, {f.T("office.file.added"), "when"}}}
	for _, one := range all {
		kind := cell{Text: f.T("office.file.kind_" + string(one.Kind))}
		if one.Object == fieldwork.OfVisit || one.Object == fieldwork.OfTicket {
			kind.More = f.T("office.file.of_" + one.Object)
		}
		t.add(cell{Text: one.Name, Address: fileAt(one.ID)}, kind, cell{Text: plans.Bytes(one.Octets)}, cell{Text: b.when(f, one.MadeAt), More: one.MadeBy})
	}
	return t
}

// filesCard is the files of a lead or a visit, with the form that adds one for who may.
func (b *Backoffice) filesCard(q *request, f *frame, h holder, adds bool) (card, error) {
	all, err := b.Files.FilesAt(q.ctx, h.object, h.id)
	c := card{Name: f.T("office.file.title")}
	if len(all) > 0 {
		c.Table = b.fileTable(f, all)
	} else {
		c.Lead = f.T("office.file.none_here")
	}
	if adds && q.may(h.change, h.site) {
		c.Acts = []act{{Name: f.T("office.file_new.act"), Icon: "plus", Address: FileAdded + "?" + h.object + "=" + number(h.id)}}
	}
	return c, err
}

// tellFiles is a customer's tab: their own files, and those of visits to them and of their tickets for who may see these.
func (b *Backoffice) tellFiles(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Files.FilesOf(q.ctx, c.ID, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, pages := newest(q, all, mostListed, func(f fieldwork.File) int64 { return f.ID })
	seen, sees := all[:0], map[int64]bool{}
	for _, one := range all {
		if one.Object != fieldwork.OfCustomer {
			may, known := sees[one.ObjectID]
			if !known {
				_, err := b.holderOf(q, &p.frame, one.Object, one.ObjectID)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
				may = err == nil
				sees[one.ObjectID] = may
			}
			if !may {
				continue
			}
		}
		seen = append(seen, one)
	}
	found := card{Name: p.T("office.file.title"), Older: pages.Older, Table: b.fileTable(&p.frame, seen)}
	if len(seen) == 0 {
		found.Table, found.Lead = nil, p.T("office.file.none")
	}
	if c.State != customers.Merged && q.may(staff.CustomersEdit, c.SiteID) {
		found.Acts = []act{{Name: p.T("office.file_new.act"), Icon: "plus", Address: FileAdded + "?customer=" + number(c.ID), Tone: "primary"}}
	}
	p.add(found)
	return nil
}

// fileForm asks for a file of what the address names.
func (b *Backoffice) fileForm(q *request) (holder, *formPage, error) {
	f := q.page("office.file.title", "")
	object, id := q.FormValue("object"), idIn(q.FormValue("of"))
	for _, one := range []string{fieldwork.OfCustomer, fieldwork.OfLead, fieldwork.OfVisit} {
		if typed := q.Query(one); object == "" && typed != "" {
			object, id = one, idIn(typed)
		}
	}
	h, err := b.holderOf(q, &f, object, id)
	if err == nil && (!q.may(h.change, h.site) || object == fieldwork.OfTicket) { // a ticket's come by e-mail alone
		err = notHere()
	}
	if err != nil {
		return h, nil, err
	}
	p := q.asking("office.file_new.", h.here, h.at)
	p.Danger, p.Multipart = false, true
	p.Crumbs, p.Hidden = h.crumbs(&p.frame), append(q.onceOf(), fact{"object", h.object}, fact{"of", number(h.id)})
	kind := formField{Name: "kind", As: asRadio, Label: p.T("office.file.kind")}
	for _, k := range fieldwork.FileKinds {
		one := choice{Name: p.T("office.file.kind_" + string(k)), Value: string(k)}
		if k == fieldwork.IdentityOf {
			one.Hint = p.T("office.file.identity_hint")
		}
		kind.Choices = append(kind.Choices, one)
	}
	kind.Choices = chosen(kind.Choices, q.typedOr("kind", string(fieldwork.Photo)))
	p.ask(formField{Name: "file", As: asFile, Label: p.T("office.file.file"), Hint: p.T("office.file.file_hint", "Most", MostFile>>20), Accept: "image/*,application/pdf,.pdf", Most: MostFile, Above: shrinkAbove, Shrink: fieldwork.KeptSide, Must: true,
		Large: words.Fault(p.Lang, fault.New(fault.Invalid, "file.size", "Most", MostFile>>20))},
		kind, formField{Name: "name", Label: p.T("office.file.name"), Hint: p.T("office.file.name_hint"), Value: q.FormValue("name"), Most: 80})
	return h, p, nil
}

func (b *Backoffice) askFile(q *request) error {
	_, p, err := b.fileForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

var fileFields = map[string]string{"file.empty": "file", "file.size": "file", "file.type": "file", "file.picture": "file", "file.kind": "kind", "file.why": "why"}

func (b *Backoffice) addFile(q *request) error {
	h, p, err := b.fileForm(q)
	if err != nil {
		return err
	}
	name, body := q.said("name"), []byte(nil)
	if header, e := q.FormFile("file"); e == nil {
		opened, e := header.Open()
		if e != nil {
			return e
		}
		defer opened.Close()
		if body, e = io.ReadAll(io.LimitReader(opened, MostFile+1)); e != nil {
			return e
		}
		if name == "" {
			name = header.Filename
		}
	}
	_, err = b.Files.AddFile(q.ctx, fieldwork.File{Object: h.object, ObjectID: h.id, Kind: fieldwork.FileKind(q.FormValue("kind")), Name: name}, body, q.FormValue("once"), q.fieldBy())
	if err != nil {
		return q.refuse(err, "form", p, fileFields[fault.KeyOf(err)])
	}
	q.tell("good", "office.file_new.done", "")
	return led(h.at)
}

// file is what is known of a file. What it shows is a deed of its own, which the trail tells.
func (b *Backoffice) file(q *request) error {
	f := q.page("office.file.title", "")
	one, h, err := b.theFile(q, &f)
	if err != nil {
		return err
	}
	p := q.record("office.file.title", h.here)
	p.Title, p.Crumbs = one.Name, h.crumbs(&p.frame)
	c := card{Facts: []fact{{p.T("office.file.kind"), p.T("office.file.kind_" + string(one.Kind))}, {p.T("office.file.type"), p.T("office.file.type_" + endingOf(one))}, {p.T("office.file.size"), plans.Bytes(one.Octets)},
		{p.T("office.file.of"), h.name}, {p.T("office.file.added"), b.when(&p.frame, one.MadeAt) + " · " + one.MadeBy}}, After: p.T("office.file.opens_told")}
	if h.opens(q, one) {
		p.Acts = append(p.Acts, act{Name: p.T("office.file.open"), Icon: "download", Address: fileAt(one.ID) + "/open", Posted: true, Tone: "primary"})
	} else {
		c.After = p.T("office.file.closed_to_you")
	}
	if q.may(h.change, h.site) {
		p.Acts = append(p.Acts, act{Name: p.T("office.file_remove.act"), Icon: "x", Address: fileAt(one.ID) + "/remove"})
	}
	p.add(c)
	return q.show(p)
}

func endingOf(f fieldwork.File) string {
	if f.Type == "image/jpeg" {
		return "jpg"
	}
	return "pdf"
}

// fileFor is how long a file may take on a slow line.
const fileFor = 5 * time.Minute

// openFile gives a file to be kept or looked at by another program: never as a page of ours.
func (b *Backoffice) openFile(q *request) error {
	f := q.page("office.file.title", "")
	one, h, err := b.theFile(q, &f)
	if err == nil && !h.opens(q, one) {
		err = notHere()
	}
	if err != nil {
		return err
	}
	one, body, err := b.Files.OpenFile(q.ctx, one.ID, q.fieldBy())
	if err != nil {
		return hidden(err)
	}
	err = q.download("file", one.Type, fileFor, func(_ context.Context, out io.Writer) error {
		_, err := out.Write(body)
		return err
	})
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": one.Name}))
	return err
}

// removeFileForm asks why a file is taken away for good.
func (b *Backoffice) removeFileForm(q *request) (fieldwork.File, holder, *formPage, error) {
	f := q.page("office.file.title", "")
	one, h, err := b.theFile(q, &f)
	if err == nil && !q.may(h.change, h.site) {
		err = notHere()
	}
	if err != nil {
		return one, h, nil, err
	}
	p := q.asking("office.file_remove.", h.here, fileAt(one.ID), "Name", one.Name)
	p.Crumbs = append(h.crumbs(&p.frame), crumb{one.Name, fileAt(one.ID)})
	why := formField{Name: "why", As: asRadio, Label: p.T("office.file.why"), Must: true}
	for _, w := range fieldwork.FileRemovedFor {
		why.Choices = append(why.Choices, choice{Name: p.T("office.file.why_" + w), Value: w, Here: q.FormValue("why") == w})
	}
	p.ask(why)
	return one, h, p, nil
}

func (b *Backoffice) askRemoveFile(q *request) error {
	_, _, p, err := b.removeFileForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) removeFile(q *request) error {
	one, h, p, err := b.removeFileForm(q)
	if err != nil {
		return err
	}
	if err := b.Files.RemoveFile(q.ctx, one.ID, q.FormValue("why"), q.fieldBy()); err != nil {
		return q.refuse(err, "form", p, fileFields[fault.KeyOf(err)])
	}
	q.tell("good", "office.file_remove.done", "")
	return led(h.at)
}
