package app

import (
	"errors"

	"mtandao/internal/staff"
)

type staffCommands struct {
	Add  staffAddCommand  `cmd:"" help:"Invite somebody to work in the back office; prints the link by which they choose a password."`
	Link staffLinkCommand `cmd:"" help:"Make a new link for somebody: the invitation again, or a new password."`
}

type staffAddCommand struct {
	withConfig
	Email    string   `arg:"" help:"E-mail address to sign in with."`
	Name     string   `required:"" help:"Name, as others see it."`
	Role     []string `required:"" help:"Role: owner, manager, cashier, support, technician, or one of your own. May be repeated."`
	Site     []string `help:"Short name of a site, when they work at some sites only. May be repeated."`
	Language string   `default:"en" enum:"en,sw" help:"Language of their pages: en or sw."`
}

// Help implements kong.HelpProvider.
func (staffAddCommand) Help() string {
	return "The link works once, within 72 hours. Send it to nobody but that person.\n\n" +
		"Example: mtandao staff add juma@example.com --name 'Juma Odhiambo' --role support --role technician"
}

// Run invites somebody.
func (cmd *staffAddCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		sites, err := m.sitesNamed(cmd.Site)
		if err != nil {
			return err
		}
		if _, err := m.Staff.Prepare(c); err != nil { // before the first start there are no roles
			return err
		}
		_, secret, err := m.Staff.Invite(c, staff.By{Command: "command staff add", From: hostName()}, cmd.Email,
			staff.Profile{Name: cmd.Name, Language: cmd.Language, Roles: cmd.Role, Sites: sites})
		if err == nil {
			c.printf("%s\n", m.welcomeAddress(secret))
		}
		return err
	})
}

type staffLinkCommand struct {
	withConfig
	Email string `arg:"" help:"E-mail address of somebody who works here."`
}

// Help implements kong.HelpProvider.
func (staffLinkCommand) Help() string {
	return "Earlier links of that person stop working. The link of an invitation works for 72 hours, of a new password for one.\n\n" +
		"Example: mtandao staff link juma@example.com"
}

// Run makes a link.
func (cmd *staffLinkCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		member, err := m.Staff.MemberByEmail(c, cmd.Email)
		if err != nil {
			return err
		}
		secret, err := m.Staff.NewLink(c, staff.By{Command: "command staff link", From: hostName()}, member.ID)
		if err == nil {
			c.printf("%s\n", m.welcomeAddress(secret))
		}
		return err
	})
}

// change opens the program for a command that changes something, and closes it.
func (c *console) change(config *Config, do func(m *Main) error) error {
	m, err := c.open(config)
	if err != nil {
		return err
	}
	return errors.Join(do(m), m.Close())
}

// sitesNamed are the ids of sites by their short names.
func (m *Main) sitesNamed(slugs []string) (ids []int64, err error) {
	for _, slug := range slugs {
		here, _, err := m.Sites.BySlug(slug)
		if err != nil {
			return nil, err
		}
		ids = append(ids, here.ID)
	}
	return ids, nil
}

// welcomeAddress is where somebody chooses a password; it holds the link's secret.
func (m *Main) welcomeAddress(secret string) string {
	return m.officeBase() + "/office/welcome/" + secret
}

// officeBase is how staff reach the back office, as far as this program knows.
func (m *Main) officeBase() string {
	switch {
	case m.Config.PublicURL != "":
		return m.Config.PublicURL
	case m.listeners.plain != nil:
		return "http://" + reachable(m.HTTPAddress())
	}
	return "http://" + reachable(m.Config.HTTP)
}
