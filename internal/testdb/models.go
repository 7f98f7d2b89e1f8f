package testdb

import (
	"reflect"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"mtandao/internal/db"
)

// ModelsMatch fails when a GORM model and its table do not have the same columns, when the model has another primary key
// (or none: then it is saved by conditions alone), or when one of them knows NULL where the other does not.
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
		key := slices.Sorted(slices.Values(PrimaryKey(t, d, parsed.Table)))
		if own := slices.Sorted(slices.Values(parsed.PrimaryFieldDBNames)); len(own) > 0 && !slices.Equal(key, own) {
			t.Errorf("table %s on %s has the primary key %v, the model %v", parsed.Table, d.Dialect(), key, own)
		}
		inTable = nullable(t, d, parsed.Table)
		for _, f := range parsed.Fields {
			kind := f.FieldType.Kind()
			if null := slices.Contains(inTable, f.DBName); f.DBName != "" && kind != reflect.Slice && null != (kind == reflect.Pointer) {
				t.Errorf("%s.%s on %s takes NULL: %v; the model's field is a %s", parsed.Table, f.DBName, d.Dialect(), null, f.FieldType)
			}
		}
	}
}

func nullable(t testing.TB, d *db.DB, table string) []string {
	t.Helper()
	query := `SELECT name FROM pragma_table_info(?) WHERE "notnull" = 0 AND pk = 0`
	if d.Dialect() == db.MySQL {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND is_nullable = 'YES'"
	}
	all := texts(t, d, query, table)
	slices.Sort(all)
	return all
}

// PrimaryKey lists the columns of a table's primary key in their order.
func PrimaryKey(t testing.TB, d *db.DB, table string) []string {
	t.Helper()
	query := "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
	if d.Dialect() == db.MySQL {
		query = "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position"
	}
	return texts(t, d, query, table)
}

// Columns lists the columns of a table, sorted.
func Columns(t testing.TB, d *db.DB, table string) []string {
	t.Helper()
	query := "SELECT name FROM pragma_table_info(?)"
	if d.Dialect() == db.MySQL {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?"
	}
	all := texts(t, d, query, table)
	slices.Sort(all)
	return all
}

// texts is the first column of an answer.
func texts(t testing.TB, d *db.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := d.SQL().Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
