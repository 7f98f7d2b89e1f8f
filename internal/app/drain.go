package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/radius"
)

type drainCommand struct{ withConfig }

// Help implements kong.HelpProvider.
func (drainCommand) Help() string {
	return "Brings what a node has kept on its disk to the database: accounting, and what M-Pesa said. For a node that will not start again,\n" +
		"or whose disk was carried to another machine: the folder is the one of --data, the keys are the provider's. A program that\n" +
		"runs on the folder drains it itself, and this command then refuses. Ends when nothing waits; stopped earlier, it can be run again.\n\n" +
		"Example: mtandao drain --data /mnt/old-node/mtandao --db 'mysql:mtandao:secret@tcp(10.0.0.5:3306)/mtandao'"
}

// Run empties the spools; fault.Conflict "spool.locked" while a program runs on them, fault.NotFound "drain.no_folder", "drain.unfinished" when something still waits.
func (cmd *drainCommand) Run(c *console) error {
	cmd.Config.fill()
	folder := filepath.Join(cmd.Config.Data, "spool")
	if _, err := os.Stat(folder); err != nil { // a wrong folder would be found empty
		return fault.Wrap(fault.NotFound, "drain.no_folder", err, "Folder", folder)
	}
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	return errors.Join(m.drain(c), m.Close())
}

const tellEvery = 2 * time.Second

func (m *Main) drain(c *console) (err error) {
	if m.callbacks, err = m.openSpool("callbacks"); err != nil {
		return err
	}
	if m.accounting, err = m.openSpool("accounting"); err != nil {
		return err
	}
	m.Radius = radius.New(radius.Options{DB: m.DB, Pause: m.Pause, Jobs: m.Jobs, Access: m.Access, Routers: m.Routers, Spool: m.accounting, Keys: m.Keys,
		Clock: m.Plan, Zone: m.Sites.Location, Keep: m.keep, Log: m.Log, Node: m.holder})
	c.printf("%d records of accounting and %d of callbacks wait\n", m.accounting.Stats().Pending, m.callbacks.Stats().Pending)
	ctx, stop := context.WithCancel(c)
	defer stop()
	var consumers sync.WaitGroup
	failed := make(chan error, 2)
	consumers.Go(func() { failed <- m.Radius.ApplyKept(ctx) })
	consumers.Go(func() { failed <- m.callbacks.Consume(ctx, batch, m.takeIn) })
	err = m.awaitDrained(c, failed)
	stop()
	consumers.Wait()
	left, damaged := m.accounting.Stats(), m.callbacks.Stats().Damaged+m.accounting.Stats().Damaged
	if waiting := left.Pending + m.callbacks.Stats().Pending; err == nil && waiting > 0 {
		err = fault.New(fault.Conflict, "drain.unfinished", "Count", waiting)
	}
	if damaged > 0 {
		c.printf("%d bytes could not be read and were passed over: check the disk\n", damaged)
	}
	if err == nil {
		c.printf("nothing waits\n")
	}
	return err
}

// awaitDrained tells now and then how far it is, until both are empty, something fails, or the person has had enough.
func (m *Main) awaitDrained(c *console, failed <-chan error) error {
	tell := time.NewTicker(tellEvery)
	defer tell.Stop()
	empty := make(chan error, 2)
	for _, s := range []*spool.Spool{m.accounting, m.callbacks} {
		go func() { empty <- s.Flush(c) }()
	}
	for done := 0; done < 2; {
		select {
		case err := <-failed:
			return err
		case <-empty:
			done++
		case <-tell.C:
			c.printf("%d records of accounting and %d of callbacks still wait\n", m.accounting.Stats().Pending, m.callbacks.Stats().Pending)
		}
	}
	return nil
}
