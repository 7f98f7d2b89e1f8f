package access

import (
	"reflect"
	"testing"
	"time"
)

// TestACardKeepsEveryField packs a row of which each field is its own number, so that a field the card does not know is missed.
func TestACardKeepsEveryField(t *testing.T) {
	row := grantRow{}
	v := reflect.ValueOf(&row).Elem()
	for i := range v.NumField() {
		at := time.Unix(int64(1_700_000_000+i), 0).UTC()
		switch f := v.Field(i); f.Interface().(type) {
		case *time.Time:
			f.Set(reflect.ValueOf(&at))
		case time.Time:
			f.Set(reflect.ValueOf(at))
		default:
			switch f.Kind() {
			case reflect.Int64:
				f.SetInt(int64(i + 1))
			case reflect.String:
				f.SetString(string(rune('a' + i)))
			}
		}
	}
	row.State, row.MAC, row.Standing, row.Lapsed, row.Barred = Active, "02aabbccddee", true, Closed, Garden
	row.Limits = string(EncodeLimits(Limits{DownKbps: 2000, Devices: 2}))
	want, err := row.grant()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := fetched{row: row}.pack()
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&card{id: row.ID, packed: packed, limits: &terms{limits: want.Limits}}).unpack()
	if err != nil || !reflect.DeepEqual(got.grant, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got.grant, want)
	}
}
