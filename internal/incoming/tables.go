package incoming

import (
	"strconv"
	"strings"
)

// record is a row of a table of SQL; a value that is NULL is not there.
type record struct {
	at     string
	values map[string]string
}

func (r record) text(column string) string { return strings.TrimSpace(r.values[column]) }

func (r record) number(column string) int64 {
	n, _ := strconv.ParseInt(r.text(column), 10, 64)
	return n
}

// table is what was found under a name.
type table struct {
	columns []string
	rows    []record
	broken  []Told // rows that could not be read
	more    int    // rows that were only counted
}

// tables are those of a database that a reader wants, by name.
type tables map[string]*table

func (t tables) of(name string) *table {
	if t[name] == nil {
		return &table{}
	}
	return t[name]
}

func (t *table) has(column string) bool {
	for _, c := range t.columns {
		if c == column {
			return true
		}
	}
	return false
}

// by finds rows by a column's value.
func (t *table) by(column string) map[string]record {
	found := make(map[string]record, len(t.rows))
	for _, r := range t.rows {
		if v := r.text(column); v != "" {
			found[v] = r
		}
	}
	return found
}

// start counts the rows of tables, and refuses those that could not be read.
func (b *Batch) start(all tables, names ...string) {
	for _, name := range names {
		t := all.of(name)
		b.count(name).Read = len(t.rows) + len(t.broken)
		for _, told := range t.broken {
			b.refuse(name, told)
		}
	}
}
