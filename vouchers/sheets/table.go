package sheets

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/table"
	"mtandao/internal/words"
	"mtandao/vouchers"
)

// columns are those of every table, in the words of commands.
var columns = []string{"serial", "code", "link", "plan", "price", "batch", "site", "state", "holder", "expires"}

// row is a voucher in a table. Its code is given whatever its state is.
func (p *Paper) row(v vouchers.Voucher) []string {
	expires := ""
	if !v.ExpiresAt.IsZero() {
		expires = v.ExpiresAt.In(p.Site.Location()).Format("2006-01-02 15:04")
	}
	site := p.Site.Slug
	if p.Batch.SiteID == 0 {
		site = ""
	}
	return []string{vouchers.Serial(p.Batch.Number, v.Serial), v.Code.Grouped(p.Batch.Group), p.Link(v.Code), p.Batch.PlanName(words.English), p.Batch.Price.String(),
		strconv.FormatInt(p.Batch.Number, 10), site, string(v.State), v.Holder, expires}
}

type csvTable struct {
	p   *Paper
	out *table.CSV
}

func (t csvTable) add(v vouchers.Voucher) error { return t.out.Write(t.p.row(v)) }

func (t csvTable) close() error {
	return t.out.Flush()
}

// xlsxTable keeps what is large in a file of the system's until it is closed.
type xlsxTable struct {
	p      *Paper
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	rows   int
}

func (p *Paper) openXLSX(w io.Writer) (*xlsxTable, error) {
	t := &xlsxTable{p: p, out: w, file: excelize.NewFile()}
	var err error
	if t.stream, err = t.file.NewStreamWriter("Sheet1"); err != nil {
		return nil, err
	}
	for n, wide := range []float64{14, 18, 52, 24, 14, 8, 16, 12, 24, 18} {
		if err := t.stream.SetColWidth(n+1, n+1, wide); err != nil {
			return nil, err
		}
	}
	if err := t.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return t, t.write(columns)
}

func (t *xlsxTable) write(cells []string) error {
	t.rows++
	at, err := excelize.CoordinatesToCellName(1, t.rows)
	if err != nil {
		return err
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		values[i] = cell // texts are no formulas here
	}
	return t.stream.SetRow(at, values)
}

func (t *xlsxTable) add(v vouchers.Voucher) error { return t.write(t.p.row(v)) }

func (t *xlsxTable) close() error {
	defer t.file.Close()
	if err := t.stream.Flush(); err != nil {
		return err
	}
	return t.file.Write(t.out)
}
