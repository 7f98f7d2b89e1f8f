package selfcare

import (
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/pace"
)

const longestWho = 40 // of an account number or phone, in whatever way it is typed

func (f *Face) askWho(q *request) error {
	if _, _, err := f.Entrance.Judge(q.ctx, q.token); err == nil && q.failed == nil {
		return led(root)
	}
	p := q.page("my.in.title")
	p.Lead, p.Action, p.Who = p.T("my.in.lead"), root+"/in", q.typed("who")
	return q.send("gate", p)
}

// sendCode has a code sent, and asks for it, whoever was meant.
func (f *Face) sendCode(q *request) error {
	if who := strings.TrimSpace(q.typed("who")); who == "" || len(who) > longestWho {
		return fault.New(fault.Invalid, "entry.who")
	}
	if wait := f.asked.Wait(pace.Network(q.visit().Address)); wait > 0 {
		return fault.New(fault.TooMany, "pin.slow", "Count", int(wait.Seconds())+1)
	}
	if err := f.Entrance.Ask(q.ctx, q.typed("who"), q.lang); err != nil {
		return err
	}
	return f.askCode(q)
}

func (f *Face) askCode(q *request) error {
	p := q.page("my.code.title")
	p.Lead, p.Action, p.Who, p.Field = p.T("my.code.lead"), root+"/code", q.typed("who"), "code"
	return q.send("gate", p)
}

func (f *Face) enter(q *request) error {
	if len(q.typed("who")) > longestWho || len(q.typed("code")) > 20 {
		return fault.New(fault.Denied, "entry.wrong")
	}
	token, device, err := f.Entrance.Enter(q.ctx, q.visit(), q.typed("who"), q.typed("code"))
	if err != nil {
		return err
	}
	q.cookie(signInCookie, token, signInKept)
	q.cookie(deviceCookie, device, deviceKept)
	return led(root)
}

func (f *Face) signOut(q *request) error {
	if err := f.Entrance.SignOut(q.ctx, q.in); err != nil {
		return err
	}
	q.cookie(signInCookie, "", 0)
	return led(root + "/in")
}

func (f *Face) nowhere(*request) error { return notHere() }
