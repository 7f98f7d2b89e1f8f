package reseller

import (
	"encoding/base64"
	"html/template"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/vouchers/resellers"
)

func (f *Face) today() time.Time { return f.Clock.Now().In(clock.Nairobi) }

type homePage struct {
	frame
	Account, Float, Owes string
	Owing                bool
	Sold                 int64
	Earned, Taken        string
	Has                  int // vouchers to sell
	HasWorth             string
	Below                bool
}

func (f *Face) home(q *request) error {
	day := f.today().Format(time.DateOnly)
	sum, err := f.Resellers.SumOf(q.ctx, q.seller.ID, day, day)
	if err != nil {
		return err
	}
	held, err := f.Stock.HeldBy(q.ctx, q.seller.Holder())
	if err != nil {
		return err
	}
	p := &homePage{frame: q.page("sell.home"), Account: q.seller.Account(), Float: q.seller.Float().String(), Owes: q.seller.Owes().String(), Owing: q.seller.Balance.Cents < 0,
		Sold: sum.Sold, Earned: money.KES(sum.Earned).String(), Taken: money.KES(sum.Gross).String(), Below: q.seller.ParentID == 0}
	for _, h := range held {
		p.Has += h.Count
	}
	if q.Query("done") == "pin" {
		p.Done = p.T("sell.pin.done")
	}
	if q.seller.State != resellers.Active {
		p.Wrong = p.T("reseller.closed")
	}
	return q.send(fiber.StatusOK, "home", p)
}

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

// place is the site that somebody sells at: the one asked for, else the first of theirs.
func (q *request) place() (site.Site, []site.Site, error) {
	var mine []site.Site
	for _, s := range q.face.Sites.Sites() {
		if q.seller.SellsAt(s.ID) && s.State != site.Closed {
			mine = append(mine, s)
		}
	}
	wanted := q.FormValue("site", q.Query("site"))
	for _, s := range mine {
		if s.Slug == wanted {
			return s, mine, nil
		}
	}
	if len(mine) == 0 || wanted != "" && q.Method() == fiber.MethodPost { // nothing is sold where nobody said
		return site.Site{}, nil, fault.New(fault.Denied, "reseller.not_sold")
	}
	return mine[0], mine, nil
}

func (q *request) salePage() (*salePage, error) {
	here, mine, err := q.place()
	if err != nil {
		return nil, err
	}
	p := &salePage{frame: q.page("sell.one.title"), Site: here.Slug, Phone: q.FormValue("phone"), Float: q.seller.Balance.String()}
	for _, s := range mine {
		p.Sites = append(p.Sites, choice{Value: s.Slug, Name: s.Name, Here: s.ID == here.ID})
	}
	offers, err := q.face.Resellers.Offers(q.ctx, q.seller, here.ID)
	for _, o := range offers {
		id := strconv.FormatInt(o.ID, 10)
		p.Plans = append(p.Plans, choice{Value: id, Name: o.Name(q.lang), Price: o.Price.String(), What: plans.Sentence(q.lang, o), Here: id == q.FormValue("plan")})
	}
	return p, err
}

func (f *Face) askSale(q *request) error {
	p, err := q.salePage()
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "sell", p)
}

func (f *Face) sell(q *request) error {
	here, _, err := q.place()
	if err != nil {
		return err
	}
	sale := resellers.Sale{SiteID: here.ID, Lang: words.Lang(here.Language)}
	sale.PlanID, _ = strconv.ParseInt(q.FormValue("plan"), 10, 64)
	if typed := q.FormValue("phone"); typed != "" {
		sale.Phone, err = customers.ParsePhone(typed)
	}
	if err == nil && sale.PlanID == 0 {
		err = fault.New(fault.Invalid, "sell.one.choose")
	}
	var sold resellers.Receipt
	if err == nil {
		sold, err = f.Resellers.SellOne(q.ctx, resellers.Request{Key: q.FormValue("once"), ResellerID: q.seller.ID}, sale, q.by())
	}
	if err == nil {
		return led("/sell/sold/" + strconv.FormatInt(sold.Event.ID, 10))
	}
	p, e := q.salePage()
	if e != nil {
		return e
	}
	return q.refuse(err, "sell", p)
}

type soldPage struct {
	frame
	Code, Plan, Price, Earned, To, Until string
	QR                                   template.URL
	Link                                 string
	Text                                 string       // to be copied
	WhatsApp                             template.URL // both carry the text
	SMS                                  template.URL
	Used                                 bool
	Slips                                []choice // where it is printed, by paper
}

// ownSale is the sale of the address, if it is one's own.
func (f *Face) ownSale(q *request) (resellers.Receipt, error) {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return resellers.Receipt{}, notHere()
	}
	r, err := f.Resellers.ReceiptOf(q.ctx, q.seller.ID, id)
	if fault.Is(err, fault.NotFound) {
		err = notHere()
	}
	return r, err
}

// sold shows the voucher of a sale of one's own.
func (f *Face) sold(q *request) error {
	r, err := f.ownSale(q)
	if err != nil {
		return err
	}
	here, _, err := f.Sites.Get(r.Batch.SiteID)
	if err != nil {
		return err
	}
	p := &soldPage{frame: q.page("sell.sold.title"), Code: r.CodeOf(), Plan: r.Batch.PlanName(q.lang), Price: r.Batch.Price.String(), Earned: money.KES(r.Event.Earned).String(), To: r.Event.Note,
		Link: f.PublicURL + "/v/" + here.Slug + "/" + string(r.Plain()), Used: !r.Voucher.UsedAt.IsZero()}
	if !r.Voucher.ExpiresAt.IsZero() {
		p.Until = r.Voucher.ExpiresAt.In(clock.Nairobi).Format("02.01.2006")
	}
	p.Text = p.T("sell.sold.text", "Plan", p.Plan, "Code", p.Code, "Link", p.Link)
	p.WhatsApp = template.URL("https://wa.me/?text=" + url.QueryEscape(p.Text))
	p.SMS = template.URL("sms:?body=" + url.PathEscape(p.Text))
	picture, err := qrcode.Encode(p.Link, qrcode.Medium, -4)
	if err != nil {
		return err
	}
	for _, paper := range slipPapers {
		p.Slips = append(p.Slips, choice{Value: q.Path() + "/slip?paper=" + paper, Name: p.T("paper.layout." + paper)})
	}
	p.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
	return q.send(fiber.StatusOK, "sold", p)
}
