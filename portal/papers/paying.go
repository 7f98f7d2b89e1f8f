package papers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/papers"
	"mtandao/billing/prompts"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// Prompts asks phones for what a paper asks for. *prompts.Service satisfies it.
type Prompts interface {
	Ask(ctx context.Context, r prompts.Request, by prompts.By) (prompts.Ask, error)
	OfPaper(ctx context.Context, paperID int64) (prompts.Asked, bool, error)
}

// paying is how a paper's page is paid on, and how far the last prompt is.
type paying struct {
	Action        string // empty: no phone may be asked now
	Amount, Phone string
	Once          string
	Wrong         string       // why the phone was not asked
	Step          prompts.Step // empty when nobody was asked lately
	Mask, Why     string       // of the last prompt
}

// paying tells how what a paper asks for is paid on its page.
func (f *Face) paying(ctx context.Context, c *fiber.Ctx, p papers.Paper, v papers.View) (*paying, error) {
	last, asked, err := f.Prompts.OfPaper(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out := &paying{}
	if asked && last.Told() {
		out.say(p.Lang(), last)
	}
	if every := out.Step.Again(); every != "" {
		c.Set("Refresh", every)
	}
	if v.Pay != "" && (out.Step == "" || !last.Waits()) {
		out.Action, out.Once, out.Phone = papers.LinkPath+c.Params("link")+"/pay", seal.RandomHex(8), c.FormValue("phone")
		out.Amount = prompts.Whole(v.Asks).String()
	}
	if out.Action == "" && out.Step == "" {
		return nil, nil
	}
	return out, nil
}

func (out *paying) say(l words.Lang, last prompts.Asked) {
	out.Step, out.Mask, out.Amount, out.Why = last.Step(), last.Order.PhoneMask, last.Sum().String(), last.Why(l)
}

// pay asks the phone that somebody typed for what the paper asks for. The same form is one prompt.
func (f *Face) pay(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	p, err := f.open(ctx, c, f.opened)
	if err != nil {
		return f.sorry(c, err)
	}
	v, err := f.Papers.View(ctx, p)
	if err != nil {
		return f.sorry(c, err)
	}
	at := papers.LinkPath + c.Params("link")
	if v.Pay == "" { // paid meanwhile
		return c.Redirect(at, fiber.StatusSeeOther)
	}
	if f.asked.Wait(pace.Network(f.Proxies.Peer(c))) > 0 {
		err = fault.New(fault.TooMany, "paper.slow")
	} else {
		r := prompts.Request{CustomerID: p.CustomerID, Cause: prompts.Link, PaperID: p.ID, Phone: c.FormValue("phone"), Amount: prompts.Whole(v.Asks), Once: c.FormValue("once")}
		if p.Kind == papers.Document {
			r.InvoiceID = p.AboutID
		}
		_, err = f.Prompts.Ask(ctx, r, prompts.By{})
	}
	if err == nil {
		return c.Redirect(at, fiber.StatusSeeOther)
	}
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unavailable {
		return f.sorry(c, err)
	}
	return f.page(ctx, c, p, v, err)
}
