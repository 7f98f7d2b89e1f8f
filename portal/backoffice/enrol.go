package backoffice

import (
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// enrolPage shows the seed of a second factor as a picture and as text, and asks for a first code.
type enrolPage struct {
	gatePage
	Picture     template.URL
	Seed        string
	CanPasskeys bool
}

const pictureSize = 220 // pixels

func (b *Backoffice) askEnrol(q *request) error {
	if q.in.Stage == staff.OwesCode {
		return led("/office/code")
	}
	if q.in.Stage == staff.Full { // a new phone, or a lock that nobody asked for
		if err := q.proven(); err != nil {
			return err
		}
	}
	p, err := b.enrolling(q)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "enrol", p)
}

func (b *Backoffice) enrolling(q *request) (*enrolPage, error) {
	e, err := b.Staff.StartEnrolment(q.ctx, q.token)
	if err != nil {
		return nil, err
	}
	picture, err := qrcode.Encode(e.Address, qrcode.Medium, pictureSize)
	if err != nil {
		return nil, err
	}
	p := &enrolPage{gatePage: *q.gate("office.enrol.", "/office/enrol"), Seed: inFours(e.Seed), CanPasskeys: b.Staff.CanPasskeys()}
	p.Picture = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture))
	p.Fields = []formField{{Name: "code", Label: p.T("office.code.six"), Auto: "one-time-code", Most: 12, Must: true, As: asNumber}}
	return p, nil
}

// inFours writes a long text so that it can be typed over.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// codesPage shows recovery codes, once.
type codesPage struct {
	frame
	Lead  string
	Codes []string
	Back  string // where whoever has kept them goes on
}

func (b *Backoffice) enrol(q *request) error {
	if q.in.Stage == staff.Full {
		if err := q.proven(); err != nil {
			return err
		}
	}
	codes, token, err := b.Staff.Enrol(q.ctx, q.visit(), q.token, q.FormValue("code"))
	if fault.KeyOf(err) == "staff.code" {
		p, e := b.enrolling(q)
		if e != nil {
			return e
		}
		return q.refuse(err, "enrol", p, "code")
	}
	if err != nil {
		return err
	}
	q.keepToken(token)
	if q.in, err = b.Staff.Judge(q.ctx, token); err != nil {
		return err
	}
	return q.showCodes(codes)
}

// showCodes shows recovery codes, this once.
func (q *request) showCodes(codes []string) error {
	p := &codesPage{frame: q.page("office.codes.title", ""), Codes: codes, Back: "/office"}
	p.Lead = p.T("office.codes.lead")
	return q.send(fiber.StatusOK, "codes", p)
}
