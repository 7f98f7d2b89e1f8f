package app

import (
	"context"
	"io"
	"os"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/cutover"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/site"
	"mtandao/radius/mikrotik"
)

type importCommands struct {
	PHPNuxBill importNuxCommand    `cmd:"" name:"phpnuxbill" help:"From PHPNuxBill's database, or a dump of it."`
	RouterOS   importRouterCommand `cmd:"" name:"routeros" help:"From a router's own secrets and hotspot users: the text of its export, or its API."`
	FreeRADIUS importRADIUSCommand `cmd:"" name:"freeradius" help:"From FreeRADIUS's SQL, or a dump of it."`
	CSV        importCSVCommand    `cmd:"" name:"csv" help:"From a table with headings."`
	Undo       importUndoCommand   `cmd:"" help:"Take an import back."`
	Rest       importRestCommand   `cmd:"" help:"Read what had no place here of those whom an import brought."`
}

// importFlags are those of every source.
type importFlags struct {
	withConfig
	DryRun bool              `help:"Tell what would be done with each row, and do nothing."`
	Name   string            `placeholder:"NAME" help:"Tells two systems of one kind apart: an import knows again what came from the same one."`
	Site   string            `placeholder:"SLUG" help:"Short name of the site of what has no router that is known here. Default: the first."`
	Plan   map[string]string `placeholder:"THERE=KEY" help:"Which plan here one there becomes. Default: the one of the same name."`
	Make   bool              `name:"make-plans" help:"Make the plans that are not here, with the price, speed and validity that they have there."`
	Router map[string]string `placeholder:"THERE=HERE" help:"Which router here one there is. Default: the one of the same name."`
	Zone   string            `default:"Africa/Nairobi" placeholder:"ZONE" help:"Time zone of the dates there."`
	JSON   bool              `help:"Print JSON."`
}

type importNuxCommand struct {
	importFlags
	File string `arg:"" optional:"" placeholder:"FILE" help:"Dump of the database; - reads standard input."`
	DSN  string `name:"dsn" placeholder:"USER:PASSWORD@tcp(HOST:PORT)/NAME" help:"The database itself, instead of a dump. It is only read."`
}

// Help implements kong.HelpProvider.
func (importNuxCommand) Help() string {
	return "Example: mtandao import phpnuxbill dump.sql --plan Gold=home-10 --dry-run"
}

// Run reads PHPNuxBill and brings it in.
func (cmd *importNuxCommand) Run(c *console) error {
	return cmd.read(c, cmd.File, cmd.DSN, incoming.ReadPHPNuxBill, incoming.QueryPHPNuxBill)
}

type importRADIUSCommand struct {
	importFlags
	File string `arg:"" optional:"" placeholder:"FILE" help:"Dump of the database; - reads standard input."`
	DSN  string `name:"dsn" placeholder:"USER:PASSWORD@tcp(HOST:PORT)/NAME" help:"The database itself, instead of a dump. It is only read."`
}

// Help implements kong.HelpProvider.
func (importRADIUSCommand) Help() string {
	return "Example: mtandao import freeradius radius.sql --plan gold=home-10 --dry-run"
}

// Run reads FreeRADIUS and brings it in.
func (cmd *importRADIUSCommand) Run(c *console) error {
	return cmd.read(c, cmd.File, cmd.DSN, incoming.ReadFreeRADIUS, incoming.QueryFreeRADIUS)
}

type importRouterCommand struct {
	importFlags
	Of   string `arg:"" placeholder:"ROUTER" help:"Name of the router here."`
	File string `arg:"" optional:"" placeholder:"FILE" help:"What /export show-sensitive wrote. Default: the router is asked through its API."`
}

// Help implements kong.HelpProvider.
func (importRouterCommand) Help() string {
	return "Example: mtandao import routeros Kasarani export.rsc --plan home-10M=home-10 --dry-run"
}

// Run reads a router and brings its subscribers in.
func (cmd *importRouterCommand) Run(c *console) error {
	return cmd.bring(c, func(m *Main, zone *time.Location) (*incoming.Batch, error) {
		if cmd.File != "" {
			return fromFile(c, cmd.File, func(in io.Reader) (*incoming.Batch, error) { return incoming.ReadRouter(in, cmd.Of, zone) })
		}
		r, err := m.cutover(nil).RouterNamed(cmd.Of)
		if err != nil {
			return nil, err
		}
		speaks := mikrotik.New()
		defer func() { _ = speaks.Close() }()
		items, err := speaks.Items(c, r, incoming.RouterMenus...)
		if err != nil {
			return nil, err
		}
		return incoming.AskRouter(items, r.Name, zone)
	})
}

type importCSVCommand struct {
	importFlags
	File   string            `arg:"" placeholder:"FILE" help:"The table; - reads standard input."`
	Column map[string]string `placeholder:"WHAT=HEADING" help:"Which heading a column has, as in login=\"PPPoE user\"."`
}

// Help implements kong.HelpProvider.
func (importCSVCommand) Help() string {
	return "Example: mtandao import csv customers.csv --column login=User --column expiry=Until --dry-run"
}

// Run reads a table and brings it in.
func (cmd *importCSVCommand) Run(c *console) error {
	return cmd.bring(c, func(_ *Main, zone *time.Location) (*incoming.Batch, error) {
		return fromFile(c, cmd.File, func(in io.Reader) (*incoming.Batch, error) {
			return incoming.ReadCSV(in, incoming.CSVOptions{Columns: cmd.Column, Zone: zone})
		})
	})
}

func fromFile(c *console, path string, read func(in io.Reader) (*incoming.Batch, error)) (*incoming.Batch, error) {
	if path == "-" {
		return read(c.stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "config.file", err, "Path", path)
	}
	defer file.Close()
	return read(file)
}

// read reads a dump or a database.
func (f *importFlags) read(c *console, path, dsn string, dump func(in io.Reader, zone *time.Location) (*incoming.Batch, error),
	query func(ctx context.Context, dsn string, zone *time.Location) (*incoming.Batch, error)) error {
	return f.bring(c, func(_ *Main, zone *time.Location) (*incoming.Batch, error) {
		switch {
		case path == "" && dsn == "":
			return nil, fault.New(fault.Invalid, "cutover.no_source")
		case dsn != "":
			return query(c, dsn, zone)
		}
		return fromFile(c, path, func(in io.Reader) (*incoming.Batch, error) { return dump(in, zone) })
	})
}

// bring tells what a source would do, or brings it in.
func (f *importFlags) bring(c *console, read func(m *Main, zone *time.Location) (*incoming.Batch, error)) error {
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return fault.New(fault.Invalid, "cutover.zone", "Zone", f.Zone)
	}
	do := c.change
	if f.DryRun {
		do = c.observe
	}
	return do(&f.Config, func(m *Main) error {
		b, err := read(m, zone)
		if err != nil {
			return err
		}
		wish := cutover.Wish{Name: f.Name, Plans: f.Plan, Routers: f.Router, Make: f.Make, Watch: c.progress("customers")}
		if wish.SiteID, err = f.site(m); err != nil {
			return err
		}
		into := m.cutover(nil)
		var report *cutover.Report
		if f.DryRun {
			report, err = into.Preview(c, b, wish)
		} else {
			report, err = into.Import(c, b, wish, customers.By{Actor: "command import", From: hostName()})
		}
		if err != nil {
			return err
		}
		return c.printImport(report, f.JSON)
	})
}

// observe is change for what only tells.
func (c *console) observe(config *Config, do func(m *Main) error) error {
	m, err := c.look(config)
	if err != nil {
		return err
	}
	err = do(m)
	if closed := m.Close(); err == nil {
		err = closed
	}
	return err
}

func (f *importFlags) site(m *Main) (int64, error) {
	var first site.Site
	for _, s := range m.Sites.Sites() {
		if s.Slug == f.Site || f.Site == "" && (first.ID == 0 || s.ID < first.ID) {
			first = s
		}
	}
	switch {
	case first.ID != 0:
		return first.ID, nil
	case f.Site == "":
		return 0, fault.New(fault.NotFound, "cutover.no_site_yet")
	}
	return 0, fault.New(fault.NotFound, "cutover.no_site", "Site", f.Site)
}

// cutover brings in and takes over; speaks may be nil where no router is spoken to.
func (m *Main) cutover(speaks *mikrotik.Dialect) *cutover.Service {
	return cutover.New(cutover.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Customers: m.Customers, Credit: m.Accounts, Debts: m.Invoices, Plans: m.Plans, Routers: m.Routers, Logins: m.Access,
		Lines: tookOver{m.Lines}, Local: local{speaks}})
}

type importUndoCommand struct {
	withConfig
	ID   int64 `arg:"" placeholder:"ID" help:"Number of the import."`
	JSON bool  `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (importUndoCommand) Help() string {
	return "Whoever has moved since the import, by a payment, a bill or a change, stays and is named.\n\nExample: mtandao import undo 7401234567890"
}

// Run takes an import back.
func (cmd *importUndoCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		u, err := m.cutover(nil).Undo(c, cmd.ID, customers.By{Actor: "command import undo", From: hostName()}, c.progress("customers"))
		if err != nil {
			return err
		}
		return c.printUndone(u, cmd.JSON)
	})
}

type importRestCommand struct {
	withConfig
	ID int64 `arg:"" placeholder:"ID" help:"Number of the import."`
}

// Help implements kong.HelpProvider.
func (importRestCommand) Help() string {
	return "Comments, notes and fields of the old system, and what could not be kept as it was. There may be passwords in it: it is kept sealed, and no page shows it.\n\nExample: mtandao import rest 7401234567890"
}

// Run prints what had no place.
func (cmd *importRestCommand) Run(c *console) error {
	return c.observe(&cmd.Config, func(m *Main) error {
		return m.cutover(nil).Rests(c, cmd.ID, func(r cutover.Rest) { c.printf("%s\n  %s\n", r.Key, strings.ReplaceAll(r.Text, "\n", "\n  ")) })
	})
}

type cutoverCommand struct {
	withConfig
	Of     string `arg:"" placeholder:"ROUTER" help:"Name of the router."`
	Back   bool   `help:"Switch on again what was switched off."`
	DryRun bool   `help:"Tell what would be switched off, and do nothing."`
	JSON   bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (cutoverCommand) Help() string {
	return `A router asks us only for whom it does not know itself. Its own secrets of those who have a line here are switched off, in batches and on
record; nobody who is online is cut off. With --back each of them is switched on again.

Example: mtandao cutover Kasarani --dry-run`
}

// Run takes a router over, or gives it back.
func (cmd *cutoverCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		speaks := mikrotik.New()
		speaks.UsePause(m.Pause.Paused)
		defer func() { _ = speaks.Close() }()
		s := m.cutover(speaks)
		r, err := s.RouterNamed(cmd.Of)
		if err != nil {
			return err
		}
		by := customers.By{Actor: "command cutover", From: hostName()}
		var t cutover.Taken
		if cmd.Back {
			t, err = s.GiveBack(c, r, by)
		} else {
			t, err = s.TakeOver(c, r, cmd.DryRun, by)
		}
		if err != nil {
			return err
		}
		return c.printTaken(r, t, cmd.Back, cmd.JSON)
	})
}
