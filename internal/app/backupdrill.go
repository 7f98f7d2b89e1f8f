package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"mtandao/internal/backup"
	"mtandao/internal/db"
)

type backupDrillCommand struct{ fromBackup }

// Help implements kong.HelpProvider.
func (backupDrillCommand) Help() string {
	return "Touches neither the running program nor its database; on MariaDB it makes a database beside it, and drops that again, which its\n" +
		"user must be allowed to. Do it each month: a copy that was never brought back is a hope.\n\nExample: mtandao backup drill --identity /media/usb/private.key"
}

// Run restores to a place of its own, and removes it.
func (cmd *backupDrillCommand) Run(c *console) error {
	cmd.Config.fill()
	folder, err := os.MkdirTemp("", "mtandao-drill-")
	if err != nil {
		return err
	}
	report, err := cmd.drill(c, folder)
	if err = errors.Join(err, os.RemoveAll(folder)); err != nil {
		return err
	}
	return cmd.tell(c, report)
}

func (cmd *backupDrillCommand) drill(c *console, folder string) (restoredReport, error) {
	to := cmd.Config
	to.Data, to.KeyFile, to.DB = folder, filepath.Join(folder, "keys.json"), db.SQLite+":"+filepath.Join(folder, "mtandao.db")
	if strings.HasPrefix(cmd.Config.DB, db.SQLite+":") {
		return cmd.restoreTo(c, to)
	}
	address, drop, err := backup.Beside(c, cmd.Config.DB)
	if err != nil {
		return restoredReport{}, err
	}
	to.DB = address
	report, err := cmd.restoreTo(c, to)
	return report, errors.Join(err, drop(context.WithoutCancel(c)))
}
