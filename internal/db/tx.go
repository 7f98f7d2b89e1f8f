package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	modernsqlite "modernc.org/sqlite"

	"mtandao/internal/fault"
)

const (
	txLimit    = 10 * time.Second
	txAttempts = 12
)

// Tx is one transaction, passed in plain sight between domains; whoever is given one never commits it.
type Tx struct {
	db    *DB
	gorm  *gorm.DB
	ctx   context.Context
	after []func()

	touched map[string][]int64 // by topic
	noted   []Noted
	depth   int // of savepoints inside savepoints
}

// Gorm is the transaction's handle. Only for files named *store.go.
func (t *Tx) Gorm() *gorm.DB { return t.gorm }

// ID makes a new id.
func (t *Tx) ID() int64 { return t.db.ID() }

// Context ends when the transaction is cut.
func (t *Tx) Context() context.Context { return t.ctx }

// AfterCommit runs f once the transaction is committed, in order; never after a rollback.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Savepoint runs fn; when fn fails, only what fn wrote is undone and its error returned. It may be used within fn. A deadlock inside fn comes back
// as it is, and the caller must return it.
func (t *Tx) Savepoint(fn func() error) error {
	kept, noted := len(t.after), len(t.noted)
	t.depth++
	defer func() { t.depth-- }()
	name := "step" + strconv.Itoa(t.depth) // a name that is used again would take the place of the outer one
	if err := t.gorm.SavePoint(name).Error; err != nil {
		return Fault(err)
	}
	if err := fn(); err != nil {
		t.after, t.noted = t.after[:kept], t.noted[:noted]
		if retryable(err) { // a deadlock has undone the whole transaction, and its savepoint with it
			return err
		}
		if e := t.gorm.RollbackTo(name).Error; e != nil {
			return Fault(e)
		}
		if e := t.release(name); e != nil {
			return e
		}
		return err
	}
	return t.release(name)
}

// release ends a savepoint. MariaDB's ends when its name is used again; SQLite would keep each, and before each page that is written look at all.
func (t *Tx) release(name string) error {
	if t.db.dialect != SQLite {
		return nil
	}
	return Fault(t.gorm.Exec("RELEASE SAVEPOINT " + name).Error)
}

// InTx runs fn in a transaction of at most 10 s and commits it. Deadlocks, lock time-outs and certification failures run
// the whole of fn again. An error whose cause is the commit itself may have committed: callers' conditional updates name
// their winner, so that running again finds out.
func (d *DB) InTx(ctx context.Context, fn func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, txLimit)
	defer cancel()
	for attempt := 1; ; attempt++ {
		tx, err := d.once(ctx, fn)
		if tx != nil { // committed, or nobody knows
			d.tell(tx.touched)
		}
		if err == nil {
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if ctx.Err() != nil && errors.Is(err, sql.ErrTxDone) { // rolled back before the commit, because its time was over
			return fault.Wrap(fault.Unavailable, "db.unavailable", errors.Join(ctx.Err(), err))
		}
		if attempt == txAttempts || !retryable(err) || ctx.Err() != nil {
			return Fault(err)
		}
		pause(ctx, attempt)
	}
}

func (d *DB) once(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	session := d.write.WithContext(ctx).Begin(d.isolation()...)
	if session.Error != nil {
		return nil, session.Error
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			session.Rollback()
		}
	}()
	tx := &Tx{db: d, gorm: session, ctx: ctx}
	if err := fn(tx); err != nil {
		return nil, err
	}
	if err := tx.fence(); err != nil {
		return nil, err
	}
	done = true
	d.options.Hook("commit before")
	err := session.Commit().Error
	d.options.Hook("commit after")
	return tx, err
}

// isolation: on MariaDB a transaction must see the winner that its conditional UPDATE lost to, so READ COMMITTED.
func (d *DB) isolation() []*sql.TxOptions {
	if d.dialect == MySQL {
		return []*sql.TxOptions{{Isolation: sql.LevelReadCommitted}}
	}
	return nil
}

func pause(ctx context.Context, attempt int) {
	limit := min(time.Duration(attempt*attempt)*4*time.Millisecond, 300*time.Millisecond)
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(limit)) + 1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// retryable: MariaDB 1213 deadlock, 1205 lock wait, 1020 record changed, 1047 node not ready (Galera); SQLite BUSY, LOCKED.
func retryable(err error) bool {
	var m *mysqldriver.MySQLError
	if errors.As(err, &m) {
		return m.Number == 1213 || m.Number == 1205 || m.Number == 1020 || m.Number == 1047
	}
	var s *modernsqlite.Error
	if errors.As(err, &s) {
		return s.Code()&0xff == 5 || s.Code()&0xff == 6
	}
	return errors.Is(err, driver.ErrBadConn) && !errors.Is(err, context.DeadlineExceeded)
}

// Won is the verdict of a conditional UPDATE: true when exactly this call changed the row.
func Won(result *gorm.DB) (bool, error) {
	if result.Error != nil {
		return false, result.Error
	}
	return result.RowsAffected > 0, nil
}

// IsDuplicate says that a unique key refused the row.
func IsDuplicate(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

// Fault maps an error of GORM or a driver to a fault; faults and nil pass unchanged. The cause is kept, so that InTx still
// sees a deadlock inside it.
func Fault(err error) error {
	var f *fault.Error
	var m *mysqldriver.MySQLError
	var s *modernsqlite.Error
	switch {
	case err == nil || errors.As(err, &f):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fault.Wrap(fault.NotFound, "not_found", err)
	case IsDuplicate(err):
		return fault.Wrap(fault.Conflict, "conflict", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), retryable(err):
		return fault.Wrap(fault.Unavailable, "db.unavailable", err)
	case errors.As(err, &m), errors.As(err, &s):
		return fault.Wrap(databaseKind(m, s), "db.unavailable", err)
	case isNetwork(err):
		return fault.Wrap(fault.Unavailable, "db.unavailable", err)
	}
	return fault.Wrap(fault.Internal, "internal", err)
}
