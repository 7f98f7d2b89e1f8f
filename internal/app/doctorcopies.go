package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mtandao/internal/backup"
)

// issued looks at the certificate that ACME brought; it renews itself a third of its life before its end.
func (f *findings) issued(ctx context.Context, m *Main) {
	service := m.newACME("", 0, 0)
	if service == nil {
		return
	}
	defer service.Close()
	ends, ok, err := service.NotAfter(ctx)
	left := ends.Sub(m.Clock.Now())
	switch {
	case err != nil:
		f.fail("certificate", err, "see the database and the key file")
	case !ok:
		f.warn("certificate", "none was issued for "+service.Host+" yet", "start mtandao serve; ports 80 and 443 of the host's address must lead to it")
	case left <= 0:
		f.fail("certificate", errors.New("over since "+ends.UTC().Format(time.DateOnly)), "see the log of mtandao serve for why it is not renewed")
	case left < certificateSoon:
		f.warn("certificate", "ends on "+ends.UTC().Format(time.DateOnly), "see the log of mtandao serve for why it is not renewed")
	default:
		f.ok("certificate", "issued, good until %s", ends.UTC().Format(time.DateOnly))
	}
}

const oldCopy = 15 * time.Minute

func (f *findings) backup(ctx context.Context, m *Main) {
	if cause := m.Pause.Cause(); cause != "" {
		f.warn("pause", cause+": nothing leaves this copy", "mtandao live, when the old machine is off for good")
		return
	}
	if m.Config.BackupTo == "" {
		f.warn("backup", "none: if this machine is lost, the books are lost", "mtandao backup key, then MTANDAO_BACKUP_TO and MTANDAO_BACKUP_KEY")
		return
	}
	last, ok, err := m.Backup.Last(ctx)
	age := m.Clock.Now().Sub(last.At).Round(time.Second)
	switch {
	case err != nil:
		f.fail("backup", err, whatToDo(err))
	case !ok:
		f.warn("backup", "no copy was made yet", "start mtandao serve, or run mtandao backup")
	case age > oldCopy:
		f.fail("backup", fmt.Errorf("the newest copy is %s old", age), "see that mtandao serve runs, and read its log")
	default:
		f.ok("backup", "%s ago at %s; mtandao backup drill proves it", age, backup.Spoken(m.Config.BackupTo))
	}
	f.backupPlace(ctx, m)
	why, err := m.Backup.Follows(ctx)
	switch {
	case err != nil:
		f.fail("backup log", err, whatToDo(err))
	case why != "":
		f.warn("backup log", "each copy reads the whole database: "+why, backup.Needed)
	}
}

// backupPlace compares the place with what was put there.
func (f *findings) backupPlace(ctx context.Context, m *Main) {
	seen, err := m.Backup.Check(ctx)
	switch {
	case err != nil:
		f.fail("backup place", err, "see that the place can be reached with the address that is set up")
	case len(seen.Missing) > 0:
		f.fail("backup place", fmt.Errorf("%d pieces are gone, the first is %s", len(seen.Missing), seen.Missing[0]), "find out who may remove there; a new chain begins by itself")
	case len(seen.Strangers) > 0:
		f.fail("backup place", fmt.Errorf("%d pieces there are not signed with our key, the first is %s", len(seen.Strangers), seen.Strangers[0]), "remove them; when the key was changed they are the old key's")
	default:
		f.ok("backup place", "%d pieces, all signed and none missing", len(seen.Pieces))
	}
}
