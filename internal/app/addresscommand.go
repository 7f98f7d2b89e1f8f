package app

import (
	"context"
	"net/netip"
	"strconv"
	"strings"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

type addressCommand struct {
	withConfig
	Login     string   `arg:"" help:"Log-in name or code of the subscriber."`
	IPv4      string   `name:"ipv4" placeholder:"ADDRESS" help:"The address that the subscriber always gets."`
	Route     []string `placeholder:"NETWORK" help:"A network behind that address. May be repeated."`
	IPv6      string   `name:"ipv6" placeholder:"PREFIX" help:"IPv6 prefix of the subscriber's link."`
	Delegated string   `placeholder:"PREFIX" help:"IPv6 prefix for the network behind the subscriber."`
}

// Help implements kong.HelpProvider.
func (addressCommand) Help() string {
	return "What is not named is taken away, and the subscriber stands in the pool of the plan again. A running session begins anew.\n\n" +
		"Example: mtandao address asha@home --ipv4 196.201.1.7 --route 196.201.8.0/29 --delegated 2001:db8:1:100::/56"
}

// Run gives a subscriber addresses of their own.
func (cmd *addressCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error { return cmd.give(c, m) })
}

func (cmd *addressCommand) give(ctx context.Context, m *Main) error {
	own, err := cmd.address()
	if err != nil {
		return err
	}
	found, err := m.Access.Find(ctx, cmd.Login)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "grant.unknown")
	}
	if err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := m.Access.SetAddress(tx, found[0].ID, own); err != nil {
			return err
		}
		return audit.Record(tx, m.Clock.Now(), audit.Event{Actor: "command address", Action: "address set", Object: "grant", ObjectID: strconv.FormatInt(found[0].ID, 10),
			After: strings.TrimSpace(cmd.IPv4 + " " + cmd.IPv6 + " " + cmd.Delegated), From: hostName()})
	})
}

func (cmd *addressCommand) address() (a access.Address, err error) {
	read := func(value string, parse func() error) {
		if value != "" && err == nil && parse() != nil {
			err = fault.New(fault.Invalid, "limits.address", "Value", value)
		}
	}
	read(cmd.IPv4, func() (e error) { a.IPv4, e = netip.ParseAddr(cmd.IPv4); return e })
	read(cmd.IPv6, func() (e error) { a.IPv6, e = netip.ParsePrefix(cmd.IPv6); return e })
	read(cmd.Delegated, func() (e error) { a.Delegated, e = netip.ParsePrefix(cmd.Delegated); return e })
	for _, route := range cmd.Route {
		read(route, func() error {
			p, e := netip.ParsePrefix(route)
			a.Routes = append(a.Routes, p)
			return e
		})
	}
	return a, err
}
