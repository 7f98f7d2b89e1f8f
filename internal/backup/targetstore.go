package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// target is the empty place that a copy is put into.
type target struct {
	r     Restore
	piece Piece
	path  string    // of the SQLite file, under the name it has until it is whole
	pages *pageFile // SQLite
	db    *db.DB    // MariaDB
	rows  *rowTarget
}

const restoring = ".restoring"

// emptyDatabase refuses a database that holds something: fault.Conflict "backup.not_empty".
func emptyDatabase(ctx context.Context, address string) error {
	if path, ok := isSQLite(address); ok {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			return fault.New(fault.Conflict, "backup.not_empty", "Where", path)
		}
		return nil
	}
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return err
	}
	var tables int64
	err = db.Fault(d.Read(ctx).Raw("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()").Scan(&tables).Error)
	if err = errors.Join(err, d.Close()); err == nil && tables > 0 {
		return fault.New(fault.Conflict, "backup.not_empty", "Where", "the database")
	}
	return err
}

// openTarget makes what has to be there first: the SQLite file, or all tables and the pause.
func openTarget(ctx context.Context, l lineage, key age.Identity, r Restore) (*target, error) {
	dialect, err := l.dialect(key)
	if err != nil {
		return nil, err
	}
	t := &target{r: r, piece: l.pieces[0]}
	path, isFile := isSQLite(r.DB)
	if isFile != (dialect == db.SQLite) {
		return nil, fault.New(fault.Invalid, "backup.other_dialect", "Dialect", dialect)
	}
	if isFile {
		return t, t.openPages(path)
	}
	return t, t.openRows(ctx, l, key)
}

func (t *target) openPages(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	t.path = path + restoring
	if err := errors.Join(removed(t.path), removed(t.path+"-wal"), removed(t.path+"-shm")); err != nil { // of a restore that was cut short
		return err
	}
	f, err := os.OpenFile(t.path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	t.pages = &pageFile{file: f}
	return err
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (t *target) openRows(ctx context.Context, l lineage, key age.Identity) (err error) {
	if t.db, err = db.Open(ctx, t.r.DB, db.Options{Clock: t.r.Clock}); err != nil {
		return err
	}
	if t.rows, err = openRowTarget(ctx, t.db); err != nil {
		return err
	}
	_, err = l.walk(key, func(key string, data []byte) error {
		if strings.HasPrefix(key, tablePrefix) {
			return t.rows.make(ctx, data)
		}
		return nil
	})
	if err == nil {
		err = t.rows.pause(ctx, pause{ID: thePause, Cause: causeUnfinished, Since: t.r.Clock.Now()})
	}
	return err
}

func (t *target) take(ctx context.Context, key string, data []byte) error {
	switch {
	case strings.HasPrefix(key, filePrefix):
		return writeFile(t.r.Files, key, data)
	case strings.HasPrefix(key, pagePrefix) && t.pages != nil:
		return t.pages.take(key, data)
	case strings.HasPrefix(key, tablePrefix) && t.rows != nil:
		return nil // made already
	case strings.HasPrefix(key, rowsPrefix+(pause{}).TableName()+"/"):
		return nil // its own pause goes before the copy's
	case strings.HasPrefix(key, rowsPrefix) && t.rows != nil:
		return t.rows.take(ctx, key, data)
	}
	return errors.New("a block of a kind that this program does not know")
}

// change brings rows to what they became after their day.
func (t *target) change(ctx context.Context, kind byte, table string, data []byte) error {
	if table == (pause{}).TableName() {
		return nil
	}
	return t.rows.change(ctx, kind, table, data)
}

// finish pauses the copy for good, and only then gives the SQLite file its name.
func (t *target) finish(ctx context.Context) error {
	if t.pages == nil {
		err := t.rows.pause(ctx, pause{ID: thePause, Cause: causeRestored(t.piece), Since: t.r.Clock.Now()})
		return errors.Join(err, t.abandon())
	}
	if err := t.pages.close(); err != nil {
		return err
	}
	if err := t.pauseFile(ctx); err != nil {
		return err
	}
	path := strings.TrimSuffix(t.path, restoring)
	return errors.Join(os.Rename(t.path, path), syncFolder(filepath.Dir(path)))
}

// pauseFile writes the pause into the file, and lets SQLite look over all of it.
func (t *target) pauseFile(ctx context.Context) error {
	d, err := db.Open(ctx, db.SQLite+":"+t.path, db.Options{Clock: t.r.Clock})
	if err != nil {
		return err
	}
	var found string
	if err = d.Read(ctx).Raw("PRAGMA integrity_check(1)").Scan(&found).Error; err == nil && found != "ok" {
		err = broken(t.piece, errors.New(found))
	}
	if err == nil {
		err = d.InTx(ctx, func(tx *db.Tx) error { return NewPause(d, t.r.Clock).Begin(tx, causeRestored(t.piece)) })
	}
	return errors.Join(err, d.Close()) // the last connection folds the WAL into the file
}

// abandon closes what is open; what was written stays, without a name that a program would open or under a pause.
func (t *target) abandon() error {
	if t.pages != nil {
		return t.pages.file.Close()
	}
	return errors.Join(t.rows.conn.Close(), t.db.Close())
}
