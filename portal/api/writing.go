package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/portal/web"
)

// deed is what an address changes. A program names each by an idempotency key; the same name and body is done once, and answered the same.
type deed struct {
	asks   any               // a value of the type of what is sent
	status int               // of a good answer
	object string            // what the audit trail calls what is changed; empty: the deed itself does the same once only once
	fields map[string]string // at which field a fault shows
	do     func(*call) (made string, err error)
	look   func(q *call, made string) (any, error) // the answer, once it is done
}

// The headers of what is done once.
const (
	onceHeader     = "Idempotency-Key"
	replayedHeader = "Idempotent-Replayed"
	longestOnce    = 255
)

// onceOf is the program's name for its deed.
func (q *call) onceOf() (string, error) {
	once := q.Get(onceHeader)
	if once == "" {
		return "", fault.New(fault.Invalid, "api.once_missing")
	}
	if len(once) > longestOnce || strings.ContainsFunc(once, func(r rune) bool { return r < '!' || r > '~' }) {
		return "", fault.New(fault.Invalid, "api.once", "Most", longestOnce)
	}
	return once, nil
}

// write does what a program asks for, or tells again what it was told of it. What is not written as the address takes it uses up no name.
func (a *API) write(q *call) error {
	once, err := q.onceOf()
	if err == nil {
		q.asked, err = q.read(q.op.deed.asks)
	}
	if err != nil {
		return a.refuse(q.Ctx, web.Status(err), err)
	}
	c, until, err := a.Keys.Begin(q.ctx, apikeys.Asked{KeyID: q.key.ID, Once: once, What: q.Method() + " " + q.Path() + "\n" + string(q.Body()), Object: q.op.deed.object})
	if err != nil {
		return a.running(q, until, err)
	}
	if c.Answer != nil {
		q.Set(replayedHeader, "true")
		return q.send(c.Status, c.Answer)
	}
	q.once = "api:" + strconv.FormatInt(c.ID, 10)
	made := c.Made
	if !c.Done() {
		if made, err = a.do(q, c); err != nil {
			return a.undone(q, c, err)
		}
	}
	answer, err := q.op.deed.look(q, made)
	var body []byte
	if err == nil {
		body, err = json.Marshal(answer)
	}
	if err != nil { // it is done; whoever asks again is told of it
		return a.refuse(q.Ctx, web.Status(err), err)
	}
	return a.answer(q, c, q.op.deed.status, body)
}

// do does the deed. What came through although the word of it was lost is done.
func (a *API) do(q *call, c *apikeys.Call) (made string, err error) {
	plain := q.ctx
	q.ctx = a.Keys.Within(plain, c)
	made, err = q.op.deed.do(q)
	q.ctx = plain
	if err != nil && !c.Done() && !web.ForPerson(err) {
		if failed := a.Keys.Let(plain, c); failed != nil {
			a.Log.Warn("a call of the API is not let go", "request", web.RequestID(q.Ctx), "error", failed)
		}
	}
	if err != nil && c.Done() {
		return c.Made, nil
	}
	return made, err
}

// undone answers for a deed that was refused, and so again; what failed for a cause that passes may be tried again.
func (a *API) undone(q *call, c *apikeys.Call, err error) error {
	if fault.KeyOf(err) == "api.once_running" { // another run took it over
		return a.running(q, time.Time{}, err)
	}
	if !web.ForPerson(err) || fault.Is(err, fault.TooMany) {
		return a.refuse(q.Ctx, web.Status(err), err)
	}
	if field := q.op.deed.fields[fault.KeyOf(err)]; field != "" {
		err = misfit{err, []web.FieldProblem{web.AtField(field, err)}}
	}
	body, failed := web.ProblemText(q.Ctx, web.Status(err), err, fieldsOf(err)...)
	if failed != nil {
		return failed
	}
	return a.answer(q, c, web.Status(err), body)
}

// running tells how long to wait for another run of the same.
func (a *API) running(q *call, until time.Time, err error) error {
	if fault.KeyOf(err) == "api.once_running" {
		q.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(seconds(until.Sub(a.Clock.Now())), 1)))
	}
	return a.refuse(q.Ctx, web.Status(err), err)
}

// answer keeps an answer and sends it; when it cannot be kept, the deed is done all the same, and who asks again is told of it.
func (a *API) answer(q *call, c *apikeys.Call, status int, body []byte) error {
	if err := a.Keys.Answer(q.ctx, c, status, body); err != nil {
		a.Log.Warn("an answer of the API is not kept", "request", web.RequestID(q.Ctx), "error", err)
		return q.send(status, body)
	}
	return q.send(c.Status, c.Answer)
}

func (q *call) send(status int, body []byte) error {
	if status >= http.StatusBadRequest {
		return web.SendProblem(q.Ctx, status, body)
	}
	q.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return q.Status(status).Send(body)
}

// from is where a call comes from, for the trail.
func (q *call) from() string { return q.api.Proxies.Peer(q.Ctx).String() }
