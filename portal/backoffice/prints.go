package backoffice

import (
	"context"
	"fmt"
	"strconv"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/press"
	"mtandao/vouchers/sheets"
)

// Prints makes large prints in the background; what it does is on the trail. *press.Service satisfies it.
type Prints interface {
	Order(ctx context.Context, p press.Print, by vouchers.By) (press.Print, error)
	Get(ctx context.Context, id int64) (press.Print, error)
	Of(ctx context.Context, batchID int64) ([]press.Print, error)
	Cancel(ctx context.Context, id int64, by vouchers.By) error
	File(ctx context.Context, id int64, by vouchers.By) (press.File, error)
}

func (b *Backoffice) printsRoutes() []route {
	const at = "/office/vouchers/:id/prints/:print"
	return []route{{get, at, full, staff.VouchersManage, b.largePrint}, {post, at + "/cancel", full, staff.VouchersManage, b.cancelPrint},
		{post, at + "/file", full, staff.VouchersManage, b.takePrint}}
}

func printAddress(p press.Print) string {
	return "/office/vouchers/" + number(p.BatchID) + "/prints/" + number(p.ID)
}

// thePrint is the print of an address, for who may print its batch.
func (b *Backoffice) thePrint(q *request) (vouchers.Batch, press.Print, error) {
	batch, err := b.theBatch(q, staff.VouchersManage)
	if err != nil {
		return batch, press.Print{}, err
	}
	p, err := b.Prints.Get(q.ctx, idIn(q.Params("print")))
	if err == nil && p.BatchID != batch.ID {
		err = notHere()
	}
	return batch, p, hidden(err)
}

func printState(f *frame, state string) stateView {
	return toned(f, "office.prints.", state, map[string]string{press.Making: "warn", press.Ready: "good", press.Failed: "bad"})
}

// howFar is how much of a print is on paper.
func howFar(p press.Print) string {
	made, all := p.Cards()
	if made == all {
		return strconv.Itoa(all)
	}
	return fmt.Sprintf("%s · %d %%", of(made, all), made*100/all)
}

// largePrint shows a print while it is made, and gives its file when it is.
func (b *Backoffice) largePrint(q *request) error {
	batch, print, err := b.thePrint(q)
	if err != nil {
		return err
	}
	p, at := q.record("office.prints.title", "vouchers"), "/office/vouchers/"+number(batch.ID)
	p.Crumbs = []crumb{{p.T("office.nav.vouchers"), "/office/vouchers"}, {p.T("office.batch.title", "Number", batch.Number), at}}
	p.State, p.Lead = printState(&p.frame, print.State), p.T("office.prints.lead_"+print.State)
	switch print.State {
	case press.Making:
		p.Acts = []act{{Name: p.T("office.prints.cancel"), Icon: "x", Posted: true, Address: printAddress(print) + "/cancel"}}
	case press.Ready:
		p.Acts = []act{{Name: p.T("office.prints.take"), Icon: "download", Posted: true, Tone: "primary", Address: printAddress(print) + "/file"}}
	default:
		p.Acts = []act{{Name: p.T("office.prints.again"), Icon: "printer", Address: at + "/print"}}
	}
	layout, err := sheets.LayoutOf(print.Layout)
	if err != nil {
		return err
	}
	facts := []fact{{p.T("office.prints.cards"), howFar(print)}, {p.T("office.print.layout"), layout.Name(p.Lang)},
		{p.T("office.batch.serials"), vouchers.Serial(batch.Number, print.First) + " – " + vouchers.Serial(batch.Number, print.Last)},
		{p.T("office.batch.by"), print.By}, {p.T("office.when"), b.when(&p.frame, print.CreatedAt)}}
	if print.State == press.Ready {
		facts = append(facts, fact{p.T("office.prints.until"), b.when(&p.frame, print.Until())})
	}
	if print.Reason != "" {
		facts = append(facts, fact{p.T("office.prints.reason"), words.Fault(p.Lang, fault.New(fault.Invalid, print.Reason))})
	}
	p.add(card{Facts: facts})
	q.follow(p, print.State == press.Making)
	return q.show(p)
}

func (b *Backoffice) cancelPrint(q *request) error {
	_, print, err := b.thePrint(q)
	if err != nil {
		return err
	}
	if err := b.Prints.Cancel(q.ctx, print.ID, q.voucherBy()); err != nil {
		return q.refusal(err, printAddress(print))
	}
	return led(printAddress(print))
}

func (b *Backoffice) takePrint(q *request) error {
	_, print, err := b.thePrint(q)
	if err != nil {
		return err
	}
	file, err := b.Prints.File(q.ctx, print.ID, q.voucherBy())
	if fault.KeyOf(err) == "print.elsewhere" {
		err = fault.Wrap(fault.Conflict, "print.elsewhere", err)
	}
	if err != nil {
		return q.refusal(err, printAddress(print))
	}
	return q.download(file.Name, file.Mime, printFor, file.Write)
}

// printsCard lists the newest large prints of a batch; empty when there are none.
func (b *Backoffice) printsCard(q *request, f *frame, batch vouchers.Batch) (card, error) {
	all, err := b.Prints.Of(q.ctx, batch.ID)
	c := card{Name: f.T("office.prints.list"), Table: &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.print.layout")}, {Name: f.T("office.batch.serials")},
		{f.T("office.prints.cards"), "num"}, {Name: f.T("office.batch.by")}, {Name: f.T("office.state")}}}}
	for _, p := range all {
		layout, err := sheets.LayoutOf(p.Layout)
		if err != nil {
			return c, err
		}
		c.Table.add(cell{Text: b.when(f, p.CreatedAt), Address: printAddress(p)}, cell{Text: layout.Name(f.Lang)}, cell{Text: strconv.Itoa(p.First) + " – " + strconv.Itoa(p.Last)},
			cell{Text: howFar(p)}, cell{Text: p.By}, stated(printState(f, p.State)))
	}
	return c, err
}
