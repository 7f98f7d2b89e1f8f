package testdb

import (
	"reflect"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"mtandao/internal/db"
)

// ModelsMatch fails when a GORM model and its table do not have the same columns.
func ModelsMatch(t testing.TB, d *db.DB, models ...any) {
	t.Helper()
	for _, model := range models {
		parsed, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatalf("%v: %v", reflect.TypeOf(model), err)
		}
		inTable := Columns(t, d, parsed.Table)
		inModel := slices.Sorted(slices.Values(parsed.DBNames))
		if !slices.Equal(inTable, inModel) {
			t.Errorf("table %s on %s has columns\n%v\nthe model has\n%v", parsed.Table, d.Dialect(), inTable, inModel)
		}
	}
}

// Columns lists the columns of a table, sorted.
func Columns(t testing.TB, d *db.DB, table string) []string {
	t.Helper()
	query := "SELECT name FROM pragma_table_info(?) ORDER BY name"
	if d.Dialect() == db.MySQL {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY column_name"
	}
	rows, err := d.SQL().Query(query, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
