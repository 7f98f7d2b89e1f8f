package reseller

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/vouchers/resellers"
)

// choice is one of several; Value is what choosing it sends.
type choice struct {
	Value, Name, Price, What string
	Here                     bool
}

type salePage struct {
	frame
	Sites []choice
	Site  string
	Plans []choice
	Phone string
	Float string
}

// sites are where somebody sells, and the one that is shown: the one asked for, else the first of theirs.
func (q *request) sites() (here site.Site, mine []site.Site, err error) {
	for _, s := range q.face.Sites.Sites() {
		if q.seller.SellsAt(s.ID) && s.State != site.Closed {
			mine = append(mine, s)
		}
	}
	if len(mine) == 0 {
		return here, nil, fault.New(fault.Denied, "reseller.not_sold")
	}
	here = mine[0]
	for _, s := range mine {
		if s.Slug == q.FormValue("site") {
			here = s
		}
	}
	return here, mine, nil
}

func (f *Face) askSale(q *request) error {
	here, mine, err := q.sites()
	if err != nil {
		return err
	}
	q.siteID = here.ID
	p := &salePage{frame: q.page("sell.one.title"), Site: here.Slug, Phone: q.typed("phone"), Float: q.seller.Balance.String()}
	for _, s := range mine {
		p.Sites = append(p.Sites, choice{Value: s.Slug, Name: s.Name, Here: s.ID == here.ID})
	}
	offers, err := f.Resellers.Offers(q.ctx, q.seller, here.ID)
	if err != nil {
		return err
	}
	for _, o := range offers {
		id := strconv.FormatInt(o.ID, 10)
		p.Plans = append(p.Plans, choice{Value: id, Name: o.Name(q.lang), Price: o.Price.String(), What: plans.Sentence(q.lang, o), Here: id == q.typed("plan")})
	}
	return q.send(fiber.StatusOK, "sell", p)
}

// sell makes a sale at the site that the form names, though nothing may be sold there any more: sent again, it gets its first answer.
func (f *Face) sell(q *request) (err error) {
	sale := resellers.Sale{}
	do := f.Resellers.SoldBefore
	for _, s := range f.Sites.Sites() {
		if s.Slug != q.typed("site") {
			continue
		}
		if sale.SiteID, sale.Lang = s.ID, words.Lang(s.Language); s.State != site.Closed {
			do = f.Resellers.SellOne
		}
	}
	if sale.PlanID, err = strconv.ParseInt(q.typed("plan"), 10, 64); err != nil {
		return fault.New(fault.Invalid, "sell.one.choose")
	}
	if typed := q.typed("phone"); typed != "" {
		if sale.Phone, err = customers.ParsePhone(typed); err != nil {
			return err
		}
	}
	sold, err := do(q.ctx, q.asked(q.seller.ID), sale, q.by())
	if err != nil {
		return err
	}
	return led("/sell/sold/" + strconv.FormatInt(sold.Event.ID, 10))
}
