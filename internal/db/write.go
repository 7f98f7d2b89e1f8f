package db

import "strings"

// Upsert ends an INSERT with what becomes of rows that are there already.
type Upsert struct{ SQLite, MySQL string }

// Write runs an INSERT of many rows, each written as row, without the work that GORM has with each value. Only for files named
// *store.go, and for what is written thousands of times a second.
func (t *Tx) Write(into, row string, rows int, then Upsert, args []any) error {
	text := into + row + strings.Repeat(", "+row, rows-1)
	if t.db.dialect == MySQL {
		text += then.MySQL
	} else {
		text += then.SQLite
	}
	_, err := t.gorm.Statement.ConnPool.ExecContext(t.ctx, text, args...)
	return Fault(err)
}
