package app

import (
	"errors"
	"log/slog"

	"mtandao/internal/seal"
)

type rotateCommand struct{ withConfig }

// Help implements kong.HelpProvider.
func (rotateCommand) Help() string {
	return `Old keys stay in the file, so that what they sealed still opens. Give every node the new file and restart it; keep a copy of the
file apart from the database.

Example: mtandao key rotate --key-file /etc/mtandao/keys.json`
}

// Run rotates the keys of the key file.
func (cmd *rotateCommand) Run(c *console) error {
	cmd.Config.fill()
	keys, err := seal.Load(cmd.Config.KeyFile)
	if err != nil {
		return err
	}
	if err := errors.Join(keys.Rotate(), keys.Save(cmd.Config.KeyFile)); err != nil {
		return err
	}
	c.printf("%s has fresh keys. Give every node this file and restart it; keep a copy apart from the database.\n", cmd.Config.KeyFile)
	return nil
}

type demoCommand struct {
	Data       string `placeholder:"DIR" type:"path" help:"Folder to keep the demo in. Default: a new one, removed at the end."`
	HTTP       string `name:"http" default:"127.0.0.1:8080" help:"Address of the portal."`
	RadiusAuth string `default:"127.0.0.1:1812" help:"UDP address of RADIUS authentication."`
	RadiusAcct string `default:"127.0.0.1:1813" help:"UDP address of RADIUS accounting."`
	Speed      int    `default:"60" help:"How many times faster plans, people and traffic run."`
	Quiet      bool   `help:"No simulated people."`
	Verbose    bool   `help:"Show the program's log."`
}

// Help implements kong.HelpProvider.
func (demoCommand) Help() string {
	return "Example: mtandao demo --speed 60"
}

// Run shows the demo until the program is asked to stop.
func (cmd *demoCommand) Run(c *console) error {
	log := slog.New(slog.DiscardHandler)
	if cmd.Verbose {
		log = c.Log
	}
	return Demo(c, DemoOptions{Data: cmd.Data, HTTP: cmd.HTTP, RadiusAuth: cmd.RadiusAuth, RadiusAcct: cmd.RadiusAcct, Speed: cmd.Speed,
		Quiet: cmd.Quiet, Out: c.stdout, Log: log})
}

type schedulesCommand struct {
	Seed  uint64 `default:"1" help:"Seed of the first story; the others follow from it."`
	Count uint32 `default:"1000" help:"How many stories."`
	DB    string `name:"db" placeholder:"DSN" help:"A MariaDB server, on which databases are made and dropped. Default: SQLite in a folder that is removed."`
	JSON  bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (schedulesCommand) Help() string {
	return "Prints the first seed that fails; the same seed tells the same story.\n\nExample: mtandao schedules --seed 42 --count 1"
}

// Run plays the stories.
func (cmd *schedulesCommand) Run(c *console) error {
	return Schedules(c, ScheduleOptions{Seed: cmd.Seed, Count: int(cmd.Count), DB: cmd.DB, Out: c.stdout, JSON: cmd.JSON})
}
