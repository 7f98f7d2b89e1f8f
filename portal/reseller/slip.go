package reseller

import (
	"bytes"
	"mime"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// Press lays a voucher out on paper.
type Press interface {
	Paper(b vouchers.Batch, layout string, siteID int64, lang words.Lang) (*sheets.Paper, error)
}

// slipPapers are what one voucher is printed on where it is sold: by a PDF, or sent to a receipt printer as it is.
var slipPapers = []string{"slip58", "slip80", "printer58", "printer80"}

// slip prints the voucher of a sale of one's own, which goes on the trail as every print: by a form, for whoever follows a link changes nothing.
func (f *Face) slip(q *request) error {
	r, err := f.ownSale(q)
	if err != nil {
		return err
	}
	here, _, err := f.Sites.Get(r.Batch.SiteID)
	if err != nil {
		return err
	}
	layout := q.typed("paper")
	if !slices.Contains(slipPapers, layout) || !r.Voucher.UsedAt.IsZero() {
		return led("/sell/sold/" + q.Params("id"))
	}
	paper, err := f.Press.Paper(r.Batch, layout, r.Batch.SiteID, words.Lang(here.Language))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := paper.Write(q.ctx, &file, f.Stock, r.Voucher.Serial, r.Voucher.Serial, q.by()); err != nil {
		return err
	}
	q.Set(fiber.HeaderContentType, paper.Mime)
	q.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": paper.File(r.Voucher.Serial, r.Voucher.Serial)}))
	return q.Send(file.Bytes())
}
