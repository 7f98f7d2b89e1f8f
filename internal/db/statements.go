package db

import (
	"context"
	"database/sql/driver"
)

// keepsStatements opens connections that keep statements prepared. GORM prepares those of a transaction on it, and database/sql
// closes them at its end: without this, each transaction has the database read the same texts anew.
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
	return &keepingConn{wholeConn: whole, most: k.most, idle: map[string][]*keptStatement{}}, nil
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
	idle map[string][]*keptStatement
	n    int // of idle
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *keepingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s := c.take(query); s != nil {
		return s, nil
	}
	s, err := c.wholeConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if whole, ok := s.(wholeStatement); ok {
		return &keptStatement{wholeStatement: whole, conn: c, query: query}, nil
	}
	return s, nil
}

func (c *keepingConn) take(query string) *keptStatement {
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
			_ = s.wholeStatement.Close()
		}
	}
	return c.wholeConn.Close()
}

// mostAlike of a text are kept: a transaction may use it several times, and holds each until its end.
const mostAlike = 4

// keptStatement goes back to its connection when it is closed.
type keptStatement struct {
	wholeStatement
	conn   *keepingConn
	query  string
	failed bool // not to be used again
}

// ExecContext implements driver.StmtExecContext.
func (s *keptStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.wholeStatement.ExecContext(ctx, args)
	s.failed = s.failed || err != nil
	return result, err
}

// QueryContext implements driver.StmtQueryContext.
func (s *keptStatement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.wholeStatement.QueryContext(ctx, args)
	s.failed = s.failed || err != nil
	return rows, err
}

// CheckNamedValue implements driver.NamedValueChecker, when the driver does.
func (s *keptStatement) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := s.wholeStatement.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// Close implements driver.Stmt. When there is no room, some other statement goes.
func (s *keptStatement) Close() error {
	c := s.conn
	if s.failed || len(c.idle[s.query]) == mostAlike {
		return s.wholeStatement.Close()
	}
	if c.n >= c.most {
		for query := range c.idle {
			_ = c.take(query).wholeStatement.Close()
			break
		}
	}
	c.idle[s.query] = append(c.idle[s.query], s)
	c.n++
	return nil
}
