package app

import (
	"errors"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/migrations"
)

type migrateCommand struct {
	withConfig
	Status bool `help:"Only say what is missing."`
	JSON   bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (migrateCommand) Help() string {
	return "Example: mtandao migrate --db 'mysql:mtandao:secret@tcp(127.0.0.1:3306)/mtandao'"
}

// schemaStatus is what migrate tells.
type schemaStatus struct {
	Latest  int64   `json:"latest"`
	Pending []int64 `json:"pending"`
	Applied []int64 `json:"applied"`
}

// Run applies the missing migrations, or tells them.
func (cmd *migrateCommand) Run(c *console) error {
	cmd.Config.fill()
	d, err := db.Open(c, cmd.Config.DB, db.Options{Log: c.Log})
	if err != nil {
		return err
	}
	status, err := cmd.migrate(c, d)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if cmd.JSON {
		return c.printJSON(status)
	}
	switch {
	case len(status.Pending) > 0:
		c.printf("%d migrations are missing up to schema %d: %v\n", len(status.Pending), status.Latest, status.Pending)
	case len(status.Applied) > 0:
		c.printf("Applied %d migrations: the database is at schema %d.\n", len(status.Applied), status.Latest)
	default:
		c.printf("The database is at schema %d, nothing is missing.\n", status.Latest)
	}
	return nil
}

func (cmd *migrateCommand) migrate(c *console, d *db.DB) (schemaStatus, error) {
	status := schemaStatus{Latest: migrations.Latest(), Pending: []int64{}, Applied: []int64{}}
	err := d.CheckSchema(c)
	if fault.KeyOf(err) != "db.not_migrated" {
		return status, err
	}
	if cmd.Status {
		status.Pending, err = migrations.Pending(c, d.SQL(), d.Dialect())
		return status, err
	}
	status.Applied, err = d.Migrate(c)
	return status, err
}
