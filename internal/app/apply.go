package app

import (
	"errors"
)

type applyCommand struct {
	withConfig
	YAML   string `arg:"" name:"file" help:"YAML file; see mtandao export --example."`
	DryRun bool   `help:"Only show the difference."`
	JSON   bool   `help:"Print the difference as JSON."`
}

// Help implements kong.HelpProvider.
func (applyCommand) Help() string {
	return `Keys name things: a brand's, till's or plan's key, a site's slug, a router's name. A named object becomes as the file says: a field
left out has its default, a secret left out stays as it is. Objects that the file does not name stay too: to take one away, write state: retired
(plans, tills, routers) or state: closed (sites). All or nothing; applied twice it changes nothing.

Example: mtandao apply provider.yaml --dry-run`
}

// Run applies the file, or shows what that would do.
func (cmd *applyCommand) Run(c *console) error {
	file, err := readDocument(cmd.YAML)
	if err != nil {
		return err
	}
	m, err := c.open(&cmd.Config)
	if err != nil {
		return err
	}
	done, err := m.applyDocument(c, file, cmd.DryRun)
	if err == nil && cmd.JSON {
		err = c.printJSON(done)
	} else if err == nil {
		done.print(c)
		cmd.conclude(c, m, done)
	}
	return errors.Join(err, m.Close())
}

func (cmd *applyCommand) conclude(c *console, m *Main, done changes) {
	switch {
	case len(done.Changes) == 0:
		c.printf("Nothing to change. What the file does not name stays as it is.\n")
	case cmd.DryRun:
		c.printf("Dry run: nothing was changed. What the file does not name stays as it is.\n")
	default:
		c.printf("Applied. What the file does not name stays as it is.\n")
		m.tellNewRouters(c, done)
	}
}

// tellNewRouters prints the page that each new router must send its guests to.
func (m *Main) tellNewRouters(c *console, done changes) {
	all := byName(m.Routers.All())
	for _, one := range done.Changes {
		if one.Object == kindRouter && one.Action == actionNew {
			c.printf("Captive portal for router %s: %s\n", one.Name, m.portalPage(all[one.Name]))
		}
	}
}
