package audit

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
)

// Event is one change by a person or a command.
type Event struct {
	ID     int64     // made by Record, unless the change names its event
	At     time.Time // given to Record
	Actor  string    // "command apply", a member's e-mail
	Action string    // "site saved"
	Object, ObjectID,
	Before, After string // JSON without secrets; Before is empty for something new
	From string // address, or the machine's name for a command
}

// Text is a document of the trail, such as Before; empty for nil.
func Text(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	body, err := json.Marshal(v)
	return string(body), err
}

// row makes the event fit its table: what was typed by strangers may be long or no text at all.
func (e Event) row() row {
	at := e.At.UTC().Truncate(time.Millisecond)
	return row{ID: e.ID, At: at, Day: at.In(clock.Nairobi).Format(time.DateOnly), Actor: cut(e.Actor, 100), Action: cut(e.Action, 64),
		Object: cut(e.Object, 64), ObjectID: cut(e.ObjectID, 64), OldValue: valid(e.Before), NewValue: valid(e.After), CameFrom: cut(e.From, 100)}
}

func (r row) event() Event {
	return Event{ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Action: r.Action, Object: r.Object, ObjectID: r.ObjectID,
		Before: r.OldValue, After: r.NewValue, From: r.CameFrom}
}

// content is everything that is stored, for the chain.
func (r row) content() string {
	return chain.Content(strconv.FormatInt(r.ID, 10), r.At.UTC().Format("2006-01-02T15:04:05.000Z"), r.Day, r.Actor, r.Action,
		r.Object, r.ObjectID, r.OldValue, r.NewValue, r.CameFrom)
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// cut keeps at most so many octets, and whole letters: half a letter is refused by MariaDB.
func cut(s string, most int) string {
	if s = valid(s); len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}
