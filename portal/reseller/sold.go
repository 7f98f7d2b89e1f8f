package reseller

import (
	"encoding/base64"
	"html/template"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/vouchers/resellers"
)

type soldPage struct {
	frame
	Code, Plan, Price, Earned, To, Until string
	QR                                   template.URL
	Link                                 string
	Text                                 string       // to be copied
	WhatsApp                             template.URL // both carry the text
	SMS                                  template.URL
	Used                                 bool
	ID                                   string
	Slips                                []choice // papers it is printed on
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
	q.siteID = here.ID
	p := &soldPage{frame: q.page("sell.sold.title"), Code: r.CodeOf(), Plan: r.Batch.PlanName(q.lang), Price: r.Batch.Price.String(), Earned: money.KES(r.Event.Earned).String(), To: r.Event.Note,
		Link: f.PublicURL + "/v/" + here.Slug + "/" + string(r.Plain()), Used: !r.Voucher.UsedAt.IsZero(), ID: q.Params("id")}
	if !r.Voucher.ExpiresAt.IsZero() {
		p.Until = words.Date(q.lang, r.Voucher.ExpiresAt.In(clock.Nairobi))
	}
	p.Text = p.T("sell.sold.text", "Plan", p.Plan, "Code", p.Code, "Link", p.Link)
	p.WhatsApp = template.URL("https://wa.me/?text=" + url.QueryEscape(p.Text))
	p.SMS = template.URL("sms:?body=" + url.PathEscape(p.Text))
	picture, err := qrcode.Encode(p.Link, qrcode.Medium, -4)
	if err != nil {
		return err
	}
	for _, paper := range slipPapers {
		p.Slips = append(p.Slips, choice{Value: paper, Name: p.T("paper.layout." + paper)})
	}
	p.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
	return q.send(fiber.StatusOK, "sold", p)
}
