package router

import (
	"context"
	"errors"
	"fmt"
)

// credentials are what a log-in brings; either a password, or a CHAP response to a challenge.
type credentials struct {
	user, password      string
	chapID              byte
	challenge, response []byte
	by                  string
}

// refusal is a log-in that failed; its text is what the router shows.
type refusal struct {
	text    string
	timeout bool
}

func (e *refusal) Error() string { return e.text }

var (
	errTimeout     = &refusal{text: "RADIUS server is not responding", timeout: true}
	errAuthorising = &refusal{text: "already authorizing, retry later"}
	errUnknownHost = errors.New("unknown host IP")
)

// question is one log-in on its way to the server.
type question struct {
	phone *phone
	life  int
	ask   packet
}

// logIn does the RADIUS round trip for a phone. Logged in under the same name already, it is done; under another name, the
// new session replaces the old one.
func (r *Router) logIn(ctx context.Context, mac string, c credentials) error {
	q, err := r.beginLogIn(mac, c)
	if q == nil {
		return err
	}
	reply, err := r.ask(ctx, q.ask)
	r.mu.Lock()
	defer r.mu.Unlock()
	q.phone.authorising = false
	if err == nil && q.life != r.lives {
		err = errTimeout
	}
	if err == nil {
		err = r.admit(q.phone, c, reply)
	}
	if err != nil {
		q.phone.failure = err.Error()
	}
	return err
}

func (r *Router) beginLogIn(mac string, c credentials) (*question, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	p := r.phones[mac]
	switch {
	case p == nil || !p.host:
		return nil, errUnknownHost
	case p.session != nil && p.session.user == c.user:
		return nil, nil
	case p.authorising:
		return nil, errAuthorising
	}
	p.authorising = true
	return &question{phone: p, life: r.lives, ask: r.accessRequest(p, c)}, nil
}

// ask sends an Access-Request and waits for its answer.
func (r *Router) ask(ctx context.Context, p packet) (*packet, error) {
	answer := make(chan *packet, 1)
	sent := r.auth.send(func(id byte) []byte {
		p.id = id
		return sealAccess(&p, r.auth.secret)
	}, func(reply *packet) { answer <- reply })
	if !sent {
		return nil, errTimeout
	}
	select {
	case reply := <-answer:
		if reply == nil {
			return nil, errTimeout
		}
		return reply, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.quit:
		return nil, errTimeout
	}
}

// admit acts on the verdict.
func (r *Router) admit(p *phone, c credentials, reply *packet) error {
	if reply.code != codeAccessAccept {
		return rejected(reply)
	}
	l, err := readLimits(r.options.Dialect, reply, limits{})
	if err != nil {
		return &refusal{text: err.Error()}
	}
	r.settle()
	if l.ports > 0 && r.online(c.user, p) >= l.ports {
		return &refusal{text: fmt.Sprintf("no more sessions are allowed for user %q", c.user)}
	}
	if !p.host {
		return errUnknownHost
	}
	if p.session != nil {
		r.stopSession(p.session, UserRequest)
	}
	r.openSession(p, c.user, c.by, l)
	return nil
}

func rejected(reply *packet) error {
	if text := reply.text(attrReplyMessage); text != "" {
		return &refusal{text: text}
	}
	return &refusal{text: "invalid username or password"}
}

// online counts the sessions of a name on other phones than p.
func (r *Router) online(user string, except *phone) (n int) {
	for _, p := range r.phones {
		if p != except && p.session != nil && p.session.user == user {
			n++
		}
	}
	return n
}
