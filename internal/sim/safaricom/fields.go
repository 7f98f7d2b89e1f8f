package safaricom

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

const maxBody = 64 << 10

// fields is a request's JSON object; Daraja takes numbers and numeric strings alike.
type fields map[string]any

// readFields of anything but JSON is empty, so that a form-encoded call fails at its first field, as in reality.
func readFields(r *http.Request) (fields, *apiError) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return fields{}, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errPayload
	}
	f, err := parseFields(body)
	if err != nil {
		return nil, errPayload
	}
	return f, nil
}

func parseFields(body []byte) (fields, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var f fields
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	if f == nil {
		return nil, errors.New("not an object")
	}
	return f, nil
}

func (f fields) text(name string) string {
	switch v := f[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func (f fields) matches(name string, form *regexp.Regexp) bool { return form.MatchString(f.text(name)) }

// whole reads a whole number of shillings; false for decimals, signs and exponents.
func (f fields) whole(name string) (int64, bool) {
	text := f.text(name)
	if !digits.MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n < 1<<40
}

// rule is what one field of a request must be.
type rule struct {
	field string
	ok    func(s *Server, f fields) bool
}

func (s *Server) firstInvalid(rules []rule, f fields) *apiError {
	for _, r := range rules {
		if !r.ok(s, f) {
			return invalid(r.field)
		}
	}
	return nil
}

var (
	digits    = regexp.MustCompile(`^[0-9]+$`)
	shortCode = regexp.MustCompile(`^[0-9]{5,10}$`)
	msisdn    = regexp.MustCompile(`^254[71][0-9]{8}$`)
	reference = regexp.MustCompile(`^[A-Za-z0-9]{1,12}$`)
)

// Number brings a phone number as people type it to 254XXXXXXXXX; false when it is none.
func Number(typed string) (string, bool) {
	bare := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
	bare = strings.TrimPrefix(bare, "254")
	number := "254" + strings.TrimPrefix(bare, "0")
	return number, msisdn.MatchString(number)
}
