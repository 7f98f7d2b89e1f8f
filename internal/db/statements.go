package db

import (
	"context"
	"database/sql/driver"
	"reflect"
)

// keepsStatements opens connections that keep statements prepared. GORM prepares those of a transaction on it each time that they are
// used, and database/sql closes them at its end: without this, the database would read the same texts anew for each row of a batch.
type keepsStatements struct {
	driver.Connector
	most int // of a connection
}

// Connect implements driver.Connector.
func (k keepsStatements) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := c.(wholeConn)
	if !ok { // of another driver: as it is
		return c, nil
	}
	return &keepingConn{wholeConn: whole, most: k.most, idle: map[string][]wholeStatement{}}, nil
}

// wholeConn is what both drivers' connections are.
type wholeConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// wholeStatement is what both drivers' statements are.
type wholeStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keepingConn is used by one goroutine at a time, as database/sql does.
type keepingConn struct {
	wholeConn
	most int
	idle map[string][]wholeStatement
	n    int // of idle
}

// PrepareContext implements driver.ConnPrepareContext. Of a text it prepares one, or as many as are read from at once.
func (c *keepingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if ready := c.idle[query]; len(ready) > 0 {
		return &keptStatement{c, query, ready[0].NumInput()}, nil
	}
	s, err := c.wholeConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	whole, ok := s.(wholeStatement)
	if !ok {
		return s, nil
	}
	c.keep(query, whole)
	return &keptStatement{c, query, whole.NumInput()}, nil
}

func (c *keepingConn) take(query string) wholeStatement {
	last := len(c.idle[query]) - 1
	if last < 0 {
		return nil
	}
	s := c.idle[query][last]
	if c.idle[query] = c.idle[query][:last]; last == 0 {
		delete(c.idle, query)
	}
	c.n--
	return s
}

// mostAlike of a text are kept.
const mostAlike = 4

// keep has a statement that nobody uses ready for the next. When there is no room, some other statement goes.
func (c *keepingConn) keep(query string, s wholeStatement) {
	if len(c.idle[query]) == mostAlike {
		_ = s.Close()
		return
	}
	if c.n >= c.most {
		for other := range c.idle {
			_ = c.take(other).Close()
			break
		}
	}
	c.idle[query] = append(c.idle[query], s)
	c.n++
}

// CheckNamedValue implements driver.NamedValueChecker, when the driver does.
func (c *keepingConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.wholeConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	for query := range c.idle {
		for s := c.take(query); s != nil; s = c.take(query) {
			_ = s.Close()
		}
	}
	return c.wholeConn.Close()
}

// keptStatement is a text that the connection has prepared. It has one of its statements only while that is used.
type keptStatement struct {
	conn   *keepingConn
	query  string
	inputs int
}

// use is a statement that nobody else reads from.
func (s *keptStatement) use(ctx context.Context) (wholeStatement, error) {
	if ready := s.conn.take(s.query); ready != nil {
		return ready, nil
	}
	fresh, err := s.conn.wholeConn.PrepareContext(ctx, s.query)
	if err != nil {
		return nil, err
	}
	return fresh.(wholeStatement), nil // as the first of this text was
}

// ExecContext implements driver.StmtExecContext.
func (s *keptStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	used, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	result, err := used.ExecContext(ctx, args)
	if err != nil { // not to be used again
		_ = used.Close()
		return nil, err
	}
	s.conn.keep(s.query, used)
	return result, nil
}

// QueryContext implements driver.StmtQueryContext.
func (s *keptStatement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	used, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := used.QueryContext(ctx, args)
	if err != nil {
		_ = used.Close()
		return nil, err
	}
	return &keptRows{Rows: rows, of: s, used: used}, nil
}

// CheckNamedValue implements driver.NamedValueChecker, when the driver does.
func (s *keptStatement) CheckNamedValue(v *driver.NamedValue) error { return s.conn.CheckNamedValue(v) }

// NumInput implements driver.Stmt.
func (s *keptStatement) NumInput() int { return s.inputs }

// Close implements driver.Stmt. The connection keeps what it has prepared.
func (s *keptStatement) Close() error { return nil }

// Exec implements driver.Stmt; database/sql calls ExecContext.
func (s *keptStatement) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

// Query implements driver.Stmt; database/sql calls QueryContext.
func (s *keptStatement) Query([]driver.Value) (driver.Rows, error) { return nil, driver.ErrSkip }

// keptRows gives the statement that they are read from back when they are closed.
type keptRows struct {
	driver.Rows
	of   *keptStatement
	used wholeStatement
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if used := r.used; used != nil {
		if r.used = nil; err != nil {
			_ = used.Close()
		} else {
			r.of.conn.keep(r.of.query, used)
		}
	}
	return err
}

// ColumnTypeDatabaseTypeName implements driver.RowsColumnTypeDatabaseTypeName, when the driver does.
func (r *keptRows) ColumnTypeDatabaseTypeName(index int) string {
	if named, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return named.ColumnTypeDatabaseTypeName(index)
	}
	return ""
}

// ColumnTypeScanType implements driver.RowsColumnTypeScanType, when the driver does.
func (r *keptRows) ColumnTypeScanType(index int) reflect.Type {
	if typed, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return typed.ColumnTypeScanType(index)
	}
	return reflect.TypeFor[any]()
}
