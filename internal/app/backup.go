package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/backup"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
)

// backupLook is how often a due copy is noticed.
const backupLook = 30 * time.Second

func (m *Main) newBackup() *backup.Service {
	return backup.New(backup.Options{DB: m.DB, Address: m.Config.DB, Clock: m.Clock, Log: m.Log, Pause: m.Pause, Files: m.Config.backupFiles(),
		Folder: filepath.Join(m.Config.Data, "backup"), To: m.Config.BackupTo, Key: m.Config.BackupKey})
}

// backupFiles are this node's files that belong to a copy.
func (c Config) backupFiles() []backup.File {
	return []backup.File{{Name: "keys", Path: c.KeyFile}, {Name: "heads", Path: filepath.Join(c.Data, "ledger-heads")},
		{Name: "audit-heads", Path: filepath.Join(c.Data, "audit-heads")},
		{Name: "callbacks", Path: filepath.Join(c.Data, "spool", "callbacks")}, {Name: "accounting", Path: filepath.Join(c.Data, "spool", "accounting")}}
}

func (c Config) checkBackup() error {
	switch {
	case c.BackupTo == "" && c.BackupKey == "":
		return nil
	case c.BackupTo == "" || c.BackupKey == "":
		return fault.New(fault.Invalid, "config.backup_half")
	}
	return errors.Join(named("MTANDAO_BACKUP_TO", backup.CheckPlace(c.BackupTo)), named("MTANDAO_BACKUP_KEY", backup.CheckKey(c.BackupKey)))
}

// backupAge tells how many hours the newest copy is old. A paused copy makes none, and has no reading.
func (m *Main) backupAge(ctx context.Context) ([]notify.Reading, error) {
	last, ok, err := m.Backup.Last(ctx)
	if err != nil || m.Pause.Paused() {
		return nil, err
	}
	since := m.opened
	if ok {
		since = last.At
	}
	return []notify.Reading{{Value: int64(m.since(since) / time.Hour)}}, nil
}

// readyNote is what /readyz says of a paused copy.
func (m *Main) readyNote() string {
	if cause := m.Pause.Cause(); cause != "" {
		return "paused: " + cause + "\n"
	}
	return ""
}

type backupCommand struct {
	withConfig
	JSON bool `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (backupCommand) Help() string {
	return "mtandao serve copies by itself every five minutes; this makes a whole copy besides, beside the running program too.\n\n" +
		"Example: mtandao backup --backup-to /mnt/second-disk/mtandao --backup-key age1…"
}

// Run makes a whole copy.
func (cmd *backupCommand) Run(c *console) error {
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	err = cmd.Config.checkBackup()
	var taken backup.Taken
	if err == nil {
		taken, err = m.Backup.TakeDay(c)
	}
	if err = errors.Join(err, m.Close()); err != nil {
		return err
	}
	if cmd.JSON {
		return c.printJSON(map[string]any{"piece": taken.Piece.Name(), "bytes": taken.Bytes, "blocks": taken.Blocks})
	}
	c.printf("%s: %d bytes at %s\n", taken.Piece, taken.Bytes, backup.Spoken(cmd.Config.BackupTo))
	return nil
}

type backupKeyCommand struct{}

// Help implements kong.HelpProvider.
func (backupKeyCommand) Help() string {
	return "Give the node's key to every node and to nobody else: it seals and signs copies. Print the private key, or keep it where no node can\n" +
		"read it: without it no copy opens again, and nobody can make it a second time.\n\nExample: mtandao backup key"
}

// Run prints a new pair.
func (backupKeyCommand) Run(c *console) error {
	public, private, err := backup.NewKey()
	if err != nil {
		return err
	}
	c.printf("MTANDAO_BACKUP_KEY=%s\n\nKeep this apart from every machine that runs Mtandao. It is shown only now, and opens every copy:\n\n%s\n", public, private)
	return nil
}

// fromBackup are the flags of commands that bring a copy back.
type fromBackup struct {
	withConfig
	Identity string    `required:"" placeholder:"FILE" help:"File with the private key; - reads it from the input."`
	Before   time.Time `help:"The newest copy not after this time, like 2026-11-02T18:00:00Z. Default: the newest."`
	JSON     bool      `help:"Print JSON."`
}

// mostIdentity bounds what is read as a private key.
const mostIdentity = 64 << 10

func (f *fromBackup) privateKey(c *console) (string, error) {
	in := c.stdin
	if f.Identity != "-" {
		file, err := os.Open(f.Identity)
		if err != nil {
			return "", fault.Wrap(fault.Invalid, "config.file", err, "Path", f.Identity)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, mostIdentity))
	return string(text), err
}

// restoredReport is what came back, and whether its books hold.
type restoredReport struct {
	Piece   string      `json:"piece"`
	Taken   time.Time   `json:"taken"`
	Pieces  int         `json:"pieces"`
	Bytes   int64       `json:"bytes"`
	Blocks  int         `json:"blocks"`
	Seconds int64       `json:"seconds"`
	Missing []string    `json:"missing"`   // pieces that should be at the place and are not
	Foreign []string    `json:"strangers"` // those that somebody else put there; none of them was looked into
	Books   proofReport `json:"books"`
}

// restoreTo brings the copy to where a configuration says, migrates it to this program and proves its books.
func (f *fromBackup) restoreTo(c *console, to Config) (restoredReport, error) {
	key, err := f.privateKey(c)
	if err != nil {
		return restoredReport{}, err
	}
	if f.Config.BackupTo == "" {
		return restoredReport{}, named("MTANDAO_BACKUP_TO", fault.New(fault.Conflict, "backup.off"))
	}
	if err := os.MkdirAll(to.Data, 0o700); err != nil {
		return restoredReport{}, named("MTANDAO_DATA", fault.Wrap(fault.Unavailable, "unavailable", err))
	}
	took := clock.Stopwatch()
	out, err := backup.Restore{From: f.Config.BackupTo, Key: key, Before: f.Before, DB: to.DB, Files: to.backupFiles(), Folder: to.Data, Clock: clock.System()}.Run(c)
	if err != nil {
		return restoredReport{}, err
	}
	report := restoredReport{Piece: out.Piece.Name(), Taken: out.Piece.At, Pieces: out.Pieces, Bytes: out.Bytes, Blocks: out.Blocks, Missing: out.Seen.Missing, Foreign: out.Seen.Strangers}
	if err := migratePending(c, to, c.Log); err != nil {
		return report, err
	}
	m, err := Open(c, to, Options{Log: c.Log, Look: true})
	if err != nil {
		return report, err
	}
	report.Books, err = prove(c, m)
	report.Seconds = int64(took() / time.Second)
	return report, errors.Join(err, m.Close())
}

// tell prints the report; fault.Conflict "verify.problems" when the books do not hold, "backup.tampered" when the place is not
// as the program left it.
func (f *fromBackup) tell(c *console, r restoredReport) error {
	if f.JSON {
		if err := c.printJSON(r); err != nil {
			return err
		}
	} else {
		c.printf("copy     %s\ntaken    %s\npieces   %d, %d bytes\nblocks   %d\ntook     %d s\n", r.Piece, r.Taken.Format(time.RFC3339), r.Pieces, r.Bytes, r.Blocks, r.Seconds)
		for _, m := range r.Missing {
			c.printf("missing  %s\n", m)
		}
		for _, name := range r.Foreign {
			c.printf("foreign  %s\n", name)
		}
		r.Books.print(c)
	}
	if len(r.Books.Problems) > 0 {
		return fault.New(fault.Conflict, "verify.problems", "Count", len(r.Books.Problems))
	}
	if len(r.Missing)+len(r.Foreign) > 0 {
		return fault.New(fault.Conflict, "backup.tampered", "Missing", len(r.Missing), "Foreign", len(r.Foreign))
	}
	return nil
}

type restoreCommand struct{ fromBackup }

// Help implements kong.HelpProvider.
func (restoreCommand) Help() string {
	return "The database, the data folder's spools and the key file must not be there yet. The copy starts paused: it takes in accounting and\n" +
		"callbacks, but no prompt, message or order to a router leaves it until mtandao live.\n\n" +
		"Example: mtandao restore --identity - --backup-to sftp://copies@second.example/mtandao?host_key=SHA256:…"
}

// Run restores.
func (cmd *restoreCommand) Run(c *console) error {
	cmd.Config.fill()
	report, err := cmd.restoreTo(c, cmd.Config)
	if err != nil {
		return err
	}
	err = cmd.tell(c, report)
	if !cmd.JSON {
		c.printf("This copy is paused. Start mtandao serve; when the old machine is off for good, run mtandao live.\n")
	}
	return err
}

type liveCommand struct{ withConfig }

// Help implements kong.HelpProvider.
func (liveCommand) Help() string {
	return "Only when the machine that this copy was made of is off for good: two that act would prompt and bill people twice.\n\nExample: mtandao live"
}

// Run ends the pause; every node knows within seconds.
func (cmd *liveCommand) Run(c *console) error {
	m, err := c.look(&cmd.Config)
	if err != nil {
		return err
	}
	cause := m.Pause.Cause()
	err = m.DB.InTx(c, func(tx *db.Tx) error {
		was, err := m.Pause.End(tx)
		if err != nil || !was {
			return errors.Join(err, fault.New(fault.Conflict, "backup.not_paused"))
		}
		before, err := audit.Text(map[string]string{"cause": cause})
		if err != nil {
			return err
		}
		return audit.Record(tx, m.Clock.Now(), audit.Event{Actor: "command live", Action: "pause ended", Object: "pause", Before: before, After: "{}", From: hostName()})
	})
	if err = errors.Join(err, m.Close()); err != nil {
		return err
	}
	c.printf("This copy lives: prompts, messages and orders to routers leave it again.\n")
	return nil
}
