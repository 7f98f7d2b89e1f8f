package app

import (
	"io"
	"strconv"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/vouchers/press"
)

// printLater has the server make a print.
func (c *console) printLater(m *Main, cmd *voucherPrintCommand) error {
	paper, d, err := c.paperOf(m, cmd.serialRange, cmd.Layout, cmd.Site, words.Lang(cmd.Lang))
	if err != nil {
		return err
	}
	p, err := m.Prints.Order(c, press.Print{BatchID: d.BatchID, First: d.First, Last: d.Last, Layout: paper.Key, SiteID: paper.Site.ID, Lang: paper.Lang}, commandBy("print"))
	if err != nil {
		return err
	}
	c.printf("print %d is ordered: mtandao vouchers prints tells how far it is\n", p.ID)
	return nil
}

// printLine is a print as commands tell it.
type printLine struct {
	Print   string    `json:"print"`
	Layout  string    `json:"layout"`
	First   int       `json:"first"`
	Last    int       `json:"last"`
	State   string    `json:"state"`
	Made    int       `json:"made"`
	Ordered time.Time `json:"ordered"`
	Until   string    `json:"until,omitempty"`
}

type voucherPrintsCommand struct {
	withConfig
	Cancel int64  `xor:"do" placeholder:"PRINT" help:"Stop one that is being made."`
	Fetch  int64  `xor:"do" placeholder:"PRINT" help:"Write the file of one that is ready; it is on the trail."`
	Out    string `placeholder:"FILE" help:"File to write what is fetched to."`
	JSON   bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (voucherPrintsCommand) Help() string {
	return "The file is kept for a day on the machine that made it, sealed. A large print has several parts and is a zip file.\n\n" +
		"Example: mtandao vouchers prints --fetch 7394 --out batch-12.zip"
}

// Run lists, fetches or cancels.
func (cmd *voucherPrintsCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		switch {
		case cmd.Cancel != 0:
			return m.Prints.Cancel(c, cmd.Cancel, commandBy("prints"))
		case cmd.Fetch != 0:
			return c.fetchPrint(m, cmd)
		}
		all, err := m.Prints.Newest(c)
		if err != nil {
			return err
		}
		lines := make([]printLine, len(all))
		for i, p := range all {
			made, _ := p.Cards()
			lines[i] = printLine{Print: strconv.FormatInt(p.ID, 10), Layout: p.Layout, First: p.First, Last: p.Last, State: p.State, Made: made, Ordered: p.CreatedAt}
			if p.State == press.Ready {
				lines[i].Until = p.Until().Format(time.RFC3339)
			}
		}
		if cmd.JSON {
			return c.printJSON(lines)
		}
		for _, l := range lines {
			c.printf("%s  %-9s %d of %d  %s\n", l.Print, l.State, l.Made, l.Last-l.First+1, l.Layout)
		}
		return nil
	})
}

func (c *console) fetchPrint(m *Main, cmd *voucherPrintsCommand) error {
	if cmd.Out == "" {
		return fault.New(fault.Invalid, "print.out")
	}
	file, err := m.Prints.File(c, cmd.Fetch, commandBy("prints"))
	if err != nil {
		return err
	}
	if err := wholeFile(cmd.Out, func(w io.Writer) error { return file.Write(c, w) }); err != nil {
		return err
	}
	c.printf("%s is in %s\n", file.Name, cmd.Out)
	return nil
}
