package backoffice

import (
	"context"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/press"
	"mtandao/vouchers/sheets"
)

// Press dresses a batch for print: for a batch of every site as one of a site, and 0 is the first.
type Press interface {
	Paper(b vouchers.Batch, layout string, siteID int64, lang words.Lang) (*sheets.Paper, error)
}

func (b *Backoffice) printRoutes() []route {
	const at = "/office/vouchers/:id/print"
	return []route{{get, at, full, staff.VouchersManage, b.askPrint}, {post, at, full, staff.VouchersManage, b.print},
		{get, at + "/look", full, staff.VouchersManage, b.askPrint}, {post, at + "/look", full, staff.VouchersManage, b.askPrint}}
}

// askPrint is the page on which paper is chosen and seen. It shows no code that is one.
func (b *Backoffice) askPrint(q *request) error {
	batch, err := b.printable(q)
	if err != nil {
		return err
	}
	return q.showForm(b.printForm(q, batch))
}

// printable is the batch of an address when it has vouchers to print.
func (b *Backoffice) printable(q *request) (vouchers.Batch, error) {
	batch, err := b.theBatch(q, staff.VouchersManage)
	if err == nil && batch.State == vouchers.Making {
		err = fault.New(fault.Conflict, "voucher.still_making", "Made", batch.Made, "Size", batch.Size)
	}
	return batch, err
}

func (b *Backoffice) printForm(q *request, batch vouchers.Batch) *formPage {
	at := "/office/vouchers/" + number(batch.ID)
	p := q.asking("office.print.", "vouchers", at, "Number", batch.Number)
	p.Danger, p.Action, p.Look = false, at+"/print", at+"/print/look"
	p.Crumbs = []crumb{{p.T("office.nav.vouchers"), "/office/vouchers"}, {p.T("office.batch.title", "Number", batch.Number), at}}
	pick := func(name, usual string, choices []choice) formField {
		f := formField{Name: name, Label: p.T("office.print." + name), As: asPick, Must: true, Value: usual, Choices: choices}
		if chosen := q.FormValue(name); chosen != "" {
			f.Value = chosen
		}
		for i := range f.Choices {
			f.Choices[i].Here = f.Choices[i].Value == f.Value
		}
		return f
	}
	serial := func(name string, usual int) formField {
		f := formField{Name: name, Label: p.T("office.print." + name), As: asNumber, Must: true, Most: 6, Value: strconv.Itoa(usual)}
		if typed := q.FormValue(name); typed != "" {
			f.Value = typed
		}
		return f
	}
	var layouts, places []choice
	for _, l := range sheets.Layouts {
		layouts = append(layouts, choice{Name: l.Name(p.Lang), Value: l.Key})
	}
	languages := []choice{{Name: p.T("office.print.lang_en"), Value: string(words.English)}, {Name: p.T("office.print.lang_sw"), Value: string(words.Swahili)}}
	fields := []formField{pick("layout", sheets.Layouts[0].Key, layouts), pick("lang", string(p.Lang), languages)}
	if batch.SiteID == 0 {
		for _, s := range b.Sites.Sites() {
			places = append(places, choice{Name: s.Name, Value: number(s.ID)})
		}
		fields = append(fields, pick("site", "", places))
	}
	p.ask(append(fields, serial("first", 1), serial("last", batch.Made))...)
	p.Proof = &proof{}
	paper, err := b.chosen(q, batch, p)
	var picture []byte
	if err == nil {
		picture, err = paper.Preview()
	}
	if err != nil {
		p.Proof.Said = words.Fault(p.Lang, err)
		return p
	}
	p.Proof.Picture = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
	return p
}

// chosen is the paper of what a form holds.
func (b *Backoffice) chosen(q *request, batch vouchers.Batch, p *formPage) (*sheets.Paper, error) {
	value := func(name string) string {
		fields := p.Sections[0].Fields
		if i := slices.IndexFunc(fields, func(f formField) bool { return f.Name == name }); i >= 0 {
			return fields[i].Value
		}
		return ""
	}
	lang, ok := words.Parse(value("lang"))
	if !ok {
		return nil, fault.New(fault.Invalid, "paper.language")
	}
	return b.Press.Paper(batch, value("layout"), idIn(value("site")), lang)
}

// print answers with the file while it is made; a large one is made in the background.
func (b *Backoffice) print(q *request) error {
	batch, err := b.printable(q)
	if err != nil {
		return err
	}
	p := b.printForm(q, batch)
	paper, err := b.chosen(q, batch, p)
	var c vouchers.Copying
	if err == nil {
		c, err = serials(q, batch)
	}
	if err == nil && c.Last-c.First >= press.Large {
		lang, _ := words.Parse(q.FormValue("lang")) // chosen has read it
		var large press.Print
		if large, err = b.Prints.Order(q.ctx, press.Print{BatchID: batch.ID, First: c.First, Last: c.Last, Layout: paper.Key, SiteID: paper.Site.ID, Lang: lang}, q.voucherBy()); err == nil {
			return led(printAddress(large))
		}
	}
	if err == nil {
		by := q.voucherBy()
		err = q.download(paper.File(c.First, c.Last), paper.Mime, printFor, func(ctx context.Context, w io.Writer) error {
			return paper.Write(ctx, w, b.Vouchers, c.First, c.Last, by)
		})
	}
	if err != nil {
		field := "layout"
		if strings.HasPrefix(fault.KeyOf(err), "voucher.") {
			field = "last"
		}
		return q.refuse(err, "form", p, field)
	}
	return nil
}

// printFor is how long the largest batch may take on the slowest line.
const printFor = time.Hour

// serials reads from where to where; fault.Invalid "voucher.range".
func serials(q *request, batch vouchers.Batch) (vouchers.Copying, error) {
	first, e1 := strconv.Atoi(strings.TrimSpace(q.FormValue("first")))
	last, e2 := strconv.Atoi(strings.TrimSpace(q.FormValue("last")))
	if e1 != nil || e2 != nil || first < 1 {
		return vouchers.Copying{}, fault.New(fault.Invalid, "voucher.range", "Most", batch.Made)
	}
	return vouchers.Copying{First: first, Last: last}.Whole(batch)
}
