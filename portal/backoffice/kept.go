package backoffice

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"regexp"
	"strconv"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// What somebody typed into a form that is to be sent again (for a proof, or after too long) waits in the page itself, which may be
// left open or looked at: it is sealed, for the member who typed it and the address that it goes to, and only for so long.
const (
	keptField = "kept_form" // no field of a form is called so
	keptLife  = 15 * time.Minute
)

type keptForm struct {
	Until time.Time
	All   []fact
}

func (q *request) keptPurpose() string {
	return "office.kept " + strconv.FormatInt(q.in.Member.ID, 10) + " " + q.Path()
}

// keepTyped seals what this form has sent.
func (q *request) keepTyped() (hidden []fact, err error) {
	all, err := q.typed()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var plain bytes.Buffer
	if err := gob.NewEncoder(&plain).Encode(keptForm{q.office.Clock.Now().Add(keptLife), all}); err != nil {
		return nil, err
	}
	sealed, err := q.office.Keys.Seal(q.keptPurpose(), plain.Bytes())
	return []fact{{keptField, base64.RawURLEncoding.EncodeToString(sealed)}}, err
}

// takeUp makes what was kept part of this form again; fault.Invalid "form.expired" when it is not this member's, for another
// address, or too old.
func (q *request) takeUp() error {
	value := q.FormValue(keptField)
	if value == "" {
		return nil
	}
	expired := fault.New(fault.Invalid, "form.expired")
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return expired
	}
	plain, err := q.office.Keys.Open(q.keptPurpose(), sealed)
	if err != nil {
		return expired
	}
	var kept keptForm
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&kept); err != nil || q.office.Clock.Now().After(kept.Until) {
		return expired
	}
	m, err := q.MultipartForm()
	for _, f := range kept.All {
		if err == nil {
			m.Value[f.Name] = append(m.Value[f.Name], f.Value)
		} else {
			q.Request().PostArgs().Add(f.Name, f.Value)
		}
	}
	return nil
}

var onceShape = regexp.MustCompile(`^[0-9a-f]{16}$`)

// once is the request that a form is; empty: it was made by hand, and is none.
func (q *request) once() string {
	if once := q.FormValue("once"); onceShape.MatchString(once) {
		return once
	}
	return ""
}

// onceOf is what makes a form one request however often it is sent.
func (q *request) onceOf() []fact {
	once := q.FormValue("once")
	if once == "" {
		once = seal.RandomHex(8)
	}
	return []fact{{"once", once}}
}

// lastSeen is kept in a form of which nothing but what came before tells that it was sent: the last of its kind when it was made.
func lastSeen(id int64) []fact { return []fact{{"seen", number(id)}} }

// onlyAfter refuses a form of ours after which, or by which, another of its kind was made. fault.Conflict "form.done".
func (q *request) onlyAfter(last int64) error {
	if seen := q.FormValue("seen"); seen != "" && idIn(seen) != last {
		return fault.New(fault.Conflict, "form.done")
	}
	return nil
}
