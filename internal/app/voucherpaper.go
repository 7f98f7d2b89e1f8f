package app

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/press"
	"mtandao/vouchers/sheets"
)

// voucherPaper dresses a batch for print, with the brand of its site; of one for every site, with that of the site given, else of the first
// that is open. An empty language is the site's. At is when it is printed.
func (m *Main) voucherPaper(b vouchers.Batch, layout string, siteID int64, lang words.Lang, at time.Time) (*sheets.Paper, error) {
	l, err := sheets.LayoutOf(layout)
	if err != nil {
		return nil, err
	}
	if b.SiteID != 0 {
		siteID = b.SiteID
	}
	if all := m.Sites.Sites(); siteID == 0 && len(all) > 0 {
		siteID = all[max(slices.IndexFunc(all, func(s site.Site) bool { return s.State != site.Closed }), 0)].ID
	}
	here, brand, err := m.Sites.Get(siteID)
	if err != nil {
		return nil, err
	}
	if lang == "" {
		lang = words.Lang(here.Language)
	}
	return sheets.New(sheets.Look{Batch: b, Site: here, Brand: brand, Lang: lang, Home: m.officeBase(), At: at}, l)
}

// pressman is what the pages ask of print.
type pressman struct{ m *Main }

// Paper implements backoffice.Press.
func (p pressman) Paper(b vouchers.Batch, layout string, siteID int64, lang words.Lang) (*sheets.Paper, error) {
	return p.m.voucherPaper(b, layout, siteID, lang, p.m.Clock.Now())
}

// dressPrint is the paper of a large print: the same as long as the site's brand is.
func (m *Main) dressPrint(p press.Print, b vouchers.Batch) (*sheets.Paper, error) {
	return m.voucherPaper(b, p.Layout, p.SiteID, p.Lang, p.CreatedAt)
}

// newPrints prints large batches into the node's own folder.
func (m *Main) newPrints() *press.Service {
	folder := filepath.Join(m.Config.Data, "prints")
	return press.New(press.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Vouchers: m.Vouchers, Dress: m.dressPrint, Folder: folder,
		Node: hostName() + ":" + folder})
}

type voucherPrintCommand struct {
	withConfig
	serialRange
	Layout string `default:"24" help:"24, 36, 50 (cards a sheet), counter, slip58, slip80, printer58, printer80 (ESC/POS), picture or text."`
	Out    string `xor:"to" required:"" placeholder:"FILE" help:"File to write."`
	Later  bool   `xor:"to" required:"" help:"Let the server print it in the background; mtandao vouchers prints tells how far it is, and fetches it."`
	Site   string `placeholder:"SLUG" help:"Site whose brand and link a batch for every site has. Default: the first."`
	Lang   string `enum:",en,sw" default:"" help:"en or sw. Default: the site's language."`
}

// Help implements kong.HelpProvider.
func (voucherPrintCommand) Help() string {
	return "Whoever has the file has the vouchers. Those made are printed from then on; what was on paper before is marked as a copy.\n\n" +
		"Example: mtandao vouchers print --batch 12 --layout 24 --out batch-12.pdf"
}

// Run prints.
func (cmd *voucherPrintCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		if cmd.Later {
			return c.printLater(m, cmd)
		}
		return c.printVouchers(m, cmd.serialRange, cmd.Layout, cmd.Site, words.Lang(cmd.Lang), cmd.Out)
	})
}

type voucherExportCommand struct {
	withConfig
	serialRange
	CSV  bool   `name:"csv" xor:"as" required:"" help:"As comma-separated values."`
	XLSX bool   `name:"xlsx" xor:"as" required:"" help:"As an Excel file."`
	Out  string `placeholder:"FILE" help:"File to write. Default: what follows on the screen."`
	Site string `placeholder:"SLUG" help:"Site whose link a batch for every site has. Default: the first."`
}

// Help implements kong.HelpProvider.
func (voucherExportCommand) Help() string {
	return "Whoever has the file has the vouchers. Those made are printed from then on.\n\nExample: mtandao vouchers export --batch 12 --csv > batch-12.csv"
}

// Run writes the table.
func (cmd *voucherExportCommand) Run(c *console) error {
	layout := "csv"
	if cmd.XLSX {
		layout = "xlsx"
	}
	return c.change(&cmd.Config, func(m *Main) error {
		return c.printVouchers(m, cmd.serialRange, layout, cmd.Site, words.English, cmd.Out)
	})
}

func (c *console) printVouchers(m *Main, r serialRange, layout, slug string, lang words.Lang, out string) error {
	paper, d, err := c.paperOf(m, r, layout, slug, lang)
	if err != nil {
		return err
	}
	by, verb := commandBy("print"), "printed"
	if paper.Table() {
		by, verb = commandBy("export"), "exported"
	}
	progress := c.meter(verb, d.Last-d.First+1)
	progress.hush(out == "" && atTerminal(c.stdout)) // what it says would stand amid the table
	from := metered{m.Vouchers, progress}
	write := func(w io.Writer) error { return paper.Write(c, w, from, d.First, d.Last, by) }
	if out == "" {
		return write(c.stdout)
	}
	if err := wholeFile(out, write); err != nil {
		return err
	}
	c.printf("vouchers %s to %s are in %s: %s\n", vouchers.Serial(paper.Batch.Number, d.First), vouchers.Serial(paper.Batch.Number, d.Last), out, paper.Layout.Name(words.English))
	return nil
}

// paperOf is the paper of a command, and the serials that it names.
func (c *console) paperOf(m *Main, r serialRange, layout, slug string, lang words.Lang) (*sheets.Paper, vouchers.Deed, error) {
	b, err := m.Vouchers.ByNumber(c, r.Batch)
	if err != nil {
		return nil, vouchers.Deed{}, err
	}
	var siteID int64
	if slug != "" {
		ids, err := m.sitesNamed([]string{slug})
		if err != nil {
			return nil, vouchers.Deed{}, err
		}
		siteID = ids[0]
	}
	paper, err := m.voucherPaper(b, layout, siteID, lang, m.Clock.Now())
	if err != nil {
		return nil, vouchers.Deed{}, err
	}
	if r.Sheet > 0 && r.Cards == 0 {
		r.Cards = paper.Cards()
	}
	d, err := r.deed(c, m, vouchers.DeedPrint)
	return paper, d, err
}

// wholeFile writes a file for its owner's eyes, or none.
func wholeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fault.Wrap(fault.Invalid, "voucher.file", err, "File", path)
	}
	defer os.Remove(f.Name()) // fails when all went well: it has its name then
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
