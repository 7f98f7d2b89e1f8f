package audit

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

func TestTheTrailTellsWhoChangedWhat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &row{})
		ctx, now := context.Background(), time.Now().UTC()
		for _, after := range []string{"{}", `{"name":"Kasarani"}`} {
			if err := d.InTx(ctx, func(tx *db.Tx) error {
				return Record(tx, now, Event{Actor: "command apply", Action: "saved", Object: "site", ObjectID: "1", After: after})
			}); err != nil {
				t.Fatal(err)
			}
		}
		events, err := Of(ctx, d, "site", "1", 10)
		if err != nil || len(events) != 2 || events[0].After != `{"name":"Kasarani"}` || events[0].Actor != "command apply" {
			t.Fatalf("got %+v: %v", events, err)
		}
	})
}

func TestALongNameIsCutBetweenLetters(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		long := "x" + strings.Repeat("é", 200)
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			return Record(tx, time.Now().UTC(), Event{Actor: long, Action: "saved", Object: "site", ObjectID: "7", From: long})
		})
		events, e := Of(t.Context(), d, "site", "7", 10)
		if err != nil || e != nil || len(events) != 1 || events[0].Actor != "x"+strings.Repeat("é", 49) {
			t.Errorf("%+v, %v, %v", events, err, e)
		}
	})
}
