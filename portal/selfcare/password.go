package selfcare

import (
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/pace"
)

const longestPassword = 256

// askPassword asks for a number and its password.
func (f *Face) askPassword(q *request) error {
	p := q.page("my.in.title")
	p.Lead, p.Action, p.Who, p.Field = p.T("my.enter.lead"), root+"/enter", q.typed("who"), "password"
	return q.send("gate", p)
}

func (f *Face) enterByPassword(q *request) error {
	if len(q.typed("who")) > longestWho || len(q.typed("password")) > longestPassword {
		return fault.New(fault.Denied, "entry.password")
	}
	token, device, err := f.Entrance.SignIn(q.ctx, q.visit(), q.typed("who"), q.typed("password"))
	if err != nil {
		return err
	}
	q.cookie(signInCookie, token, signInKept)
	q.cookie(deviceCookie, device, deviceKept)
	return led(root)
}

// proved leads to where somebody proves again who they are, unless they did lately; to names what they want to see.
func (q *request) proved(to string) error {
	if q.in.Proven(q.face.Clock.Now()) {
		return nil
	}
	return led(root + "/prove?to=" + to)
}

// wanted is the address of what a proof is for; what we do not know is the first page.
func wanted(to string) string {
	if to == "password" || to == "data" {
		return root + "/" + to
	}
	if id, is := strings.CutPrefix(to, "line"); is && id != "" && strings.Trim(id, "0123456789") == "" {
		return root + "/line/" + id + "/secret"
	}
	return root
}

func (f *Face) askProof(q *request) error {
	p := q.page("my.prove.title")
	if p.To = q.Query("to"); q.Method() == "POST" {
		p.To = q.typed("to")
	}
	has, err := f.Entrance.HasPassword(q.ctx, q.in)
	if err != nil {
		return err
	}
	p.Lead = p.T("my.prove.code")
	if has {
		p.Lead = p.T("my.prove.either")
	}
	return q.send("prove", p)
}

// sendProof has a code sent to the customer's own phone.
func (f *Face) sendProof(q *request) error {
	if f.asked.Wait(pace.Network(q.visit().Address)) > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	if err := f.Entrance.Ask(q.ctx, q.who.Number, q.lang); err != nil {
		return err
	}
	return f.askProof(q)
}

func (f *Face) prove(q *request) error {
	if len(q.typed("proof")) > longestPassword {
		return fault.New(fault.Denied, "entry.proof")
	}
	if err := f.Entrance.Prove(q.ctx, q.visit(), q.in, q.who, q.typed("proof")); err != nil {
		return err
	}
	return led(wanted(q.typed("to")))
}

func (f *Face) askNewPassword(q *request) error {
	if err := q.proved("password"); err != nil {
		return err
	}
	p := q.page("my.password.title")
	p.Who = q.who.Number
	return q.send("password", p)
}

func (f *Face) setPassword(q *request) error {
	if err := q.proved("password"); err != nil {
		return err
	}
	token, err := f.Entrance.SetPassword(q.ctx, q.visit(), q.in, q.who, q.typed("password"))
	if err != nil {
		return err
	}
	q.cookie(signInCookie, token, signInKept)
	q.token = token
	return q.done("password", "")
}
