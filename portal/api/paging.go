package api

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
)

// A page holds so many at most, and so many when nothing is said.
const (
	mostListed, usualListed = 200, 50
	longestCursor           = 1024
	macOctets               = 16
)

// list is one page; Next is where the next begins, empty on the last.
type list[T any] struct {
	Data []T    `json:"data"`
	Next string `json:"next" doc:"The cursor of the next page; empty on the last."`
}

// limit is how many a page holds.
func (q *call) limit() (int, error) {
	typed := q.Query("limit")
	if typed == "" {
		return usualListed, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > mostListed {
		return 0, fault.New(fault.Invalid, "api.limit", "Most", mostListed)
	}
	return n, nil
}

// cursorPurpose binds a cursor to its list: the route, and each filter but where the page begins and how long it is.
func (q *call) cursorPurpose() string {
	var filters []string
	for _, p := range q.op.params {
		if p.Name != "cursor" && p.Name != "limit" {
			filters = append(filters, p.Name+"="+strconv.Quote(q.Query(p.Name)))
		}
	}
	return "api cursor " + q.op.id + " " + strings.Join(filters, "&")
}

// cursor is a place in a list as a program is given it.
func (q *call) cursor(place string) string {
	if place == "" {
		return ""
	}
	mac := q.api.Seal.Sign(q.cursorPurpose(), []byte(place))[:macOctets]
	return base64.RawURLEncoding.EncodeToString(append(slices.Clone(mac), place...))
}

// place reads what cursor made; fault.Invalid "api.cursor" for what is of another list, or none of ours.
func (q *call) place() (string, error) {
	typed := q.Query("cursor")
	if typed == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(typed)
	if err != nil || len(typed) > longestCursor || len(raw) <= macOctets || !q.api.Seal.Verify(q.cursorPurpose(), raw[macOctets:], raw[:macOctets]) {
		return "", fault.New(fault.Invalid, "api.cursor")
	}
	return string(raw[macOctets:]), nil
}

// before reads a cursor that is an id, and the limit.
func (q *call) before() (id int64, limit int, err error) {
	place, err := q.place()
	if err != nil {
		return 0, 0, err
	}
	if place != "" {
		if id, err = strconv.ParseInt(place, 10, 64); err != nil {
			return 0, 0, fault.New(fault.Invalid, "api.cursor")
		}
	}
	limit, err = q.limit()
	return id, limit, err
}

// page cuts one more than a page to a page.
func page[T, V any](q *call, all []T, limit int, id func(T) int64, view func(T) V) list[V] {
	out := list[V]{Data: []V{}}
	if len(all) > limit {
		all = all[:limit]
		out.Next = q.cursor(text(id(all[limit-1])))
	}
	for _, one := range all {
		out.Data = append(out.Data, view(one))
	}
	return out
}

func text(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// idOf is the id in the address; what is none names nothing.
func (q *call) idOf() (int64, error) {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, gone()
	}
	return id, nil
}

// idIn is an id in the query; 0 when it is not there.
func (q *call) idIn(name string) (int64, error) {
	typed := q.Query(name)
	if typed == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.Invalid, "api.parameter", "Name", name)
	}
	return id, nil
}

// oneOf is a word in the query that the document lists.
func (q *call) oneOf(name string) (string, error) {
	typed := q.Query(name)
	for _, p := range q.op.params {
		if p.Name == name && typed != "" && !slices.Contains(p.Enum, typed) {
			return "", fault.New(fault.Invalid, "api.parameter", "Name", name)
		}
	}
	return typed, nil
}

// instant is a time in the query, RFC 3339; zero when it is not there.
func (q *call) instant(name string) (time.Time, error) {
	typed := q.Query(name)
	if typed == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, typed)
	if err != nil {
		return at, fault.New(fault.Invalid, "api.parameter", "Name", name)
	}
	return at.UTC(), nil
}

func gone() error { return fault.New(fault.NotFound, "api.gone") }
