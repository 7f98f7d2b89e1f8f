package app

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warning or fails
	Detail string `json:"detail"`
	Do     string `json:"do,omitempty"`
}

// The states of a finding.
const (
	stateOK      = "ok"
	stateWarning = "warning"
	stateFails   = "fails"
)

// findings grow as a doctor looks around.
type findings []finding

func (f *findings) ok(check, format string, args ...any) {
	*f = append(*f, finding{Check: check, State: stateOK, Detail: fmt.Sprintf(format, args...)})
}

func (f *findings) warn(check, detail, do string) {
	*f = append(*f, finding{check, stateWarning, detail, do})
}

func (f *findings) fail(check string, err error, do string) {
	*f = append(*f, finding{check, stateFails, sentence(err), do})
}

// tell prints the findings; fault.Conflict "doctor.fails" when one fails.
func (f findings) tell(c *console, asJSON bool) error {
	failures := 0
	for _, one := range f {
		if one.State == stateFails {
			failures++
		}
		if !asJSON {
			one.print(c)
		}
	}
	if asJSON {
		if err := c.printJSON(f); err != nil {
			return err
		}
	}
	if failures > 0 {
		return fault.New(fault.Conflict, "doctor.fails", "Count", failures)
	}
	return nil
}

func (f finding) print(c *console) {
	line := fmt.Sprintf("%-8s %-18s %s", f.State, f.Check, f.Detail)
	if f.Do != "" {
		line += " → " + f.Do
	}
	c.printf("%s\n", line)
}

type doctorCommand struct {
	withConfig
	JSON bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (doctorCommand) Help() string {
	return "One line for each thing: ok, warning or fails, and what to do. Touches no network but the database; see doctor mpesa and doctor mail.\n\n" +
		"Example: mtandao doctor --json"
}

// Run looks at everything that this node needs.
func (cmd *doctorCommand) Run(c *console) error {
	cmd.Config.fill()
	found := findings{}
	found.config(cmd.Config)
	found.certificate(cmd.Config)
	found.keyFile(cmd.Config)
	found.disk(cmd.Config)
	found.spools(cmd.Config)
	found.known(cmd.Config)
	if !databaseExists(cmd.Config.DB) {
		found.fail("database", fault.New(fault.Conflict, "db.not_migrated"), "mtandao migrate")
		return found.tell(c, cmd.JSON)
	}
	m, err := c.look(&cmd.Config)
	if err != nil {
		found.fail("database", err, whatToDo(err))
		return found.tell(c, cmd.JSON)
	}
	found.database(c, m)
	found.jobs(c, m)
	found.routers(m)
	found.tunnel(c, m)
	found.issued(c, m)
	found.backup(c, m)
	found.tills(c, m)
	found.mail(c, m)
	found.mailbox(c, m)
	return errors.Join(found.tell(c, cmd.JSON), m.Close())
}

// databaseExists is false for a file of SQLite that opening would make.
func databaseExists(url string) bool {
	file, isFile := strings.CutPrefix(url, db.SQLite+":")
	_, err := os.Stat(file)
	return !isFile || !errors.Is(err, os.ErrNotExist)
}

func whatToDo(err error) string {
	switch fault.KeyOf(err) {
	case "db.not_migrated":
		return "mtandao migrate"
	case "db.binary_too_old":
		return "install the newer program"
	case "config.keys_lost", "seal.not_ours":
		return "bring back the copy of the key file that was kept apart"
	}
	return "see that the database runs and MTANDAO_DB is right"
}
