package witness

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/seal"
)

// Witness keeps the digests of one table.
type Witness struct {
	db    *db.DB
	keys  *seal.Keys
	table string
}

// New is the witness of a table, whose rows have an id.
func New(d *db.DB, keys *seal.Keys, table string) *Witness {
	return &Witness{db: d, keys: keys, table: table}
}

// Row is a struct of a row's columns, by its id.
type Row struct {
	ID      int64
	Columns any
}

const (
	purpose    = "witness"
	proofBytes = 16
)

// said is all of a row in one text: each column with its name and length, so that nothing moves from one into the next.
func (w *Witness) said(r Row) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d;", w.table, r.ID)
	columns := reflect.ValueOf(r.Columns)
	for i := range columns.NumField() {
		text := textOf(columns.Field(i).Interface())
		fmt.Fprintf(&b, "%s=%d:%s;", columns.Type().Field(i).Name, len(text), text)
	}
	return []byte(b.String())
}

// textOf tells times to the millisecond, as the database keeps them.
func textOf(value any) string {
	switch v := value.(type) {
	case time.Time:
		return fmt.Sprint(v.UnixMilli())
	case *time.Time:
		if v == nil {
			return "none"
		}
		return fmt.Sprint(v.UnixMilli())
	case []byte:
		return hex.EncodeToString(v)
	}
	return fmt.Sprint(value)
}

func (w *Witness) proof(r Row) []byte { return w.keys.Sign(purpose, w.said(r))[:proofBytes] }

func (w *Witness) right(r Row, proof []byte) bool { return w.keys.Verify(purpose, w.said(r), proof) }
