package router

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
)

// Error-Cause (RFC 5176 section 3.5).
const (
	causeUnsupportedAttribute = 401
	causeNASMismatch          = 403
	causeInvalidValue         = 407
	causeSessionNotFound      = 503
)

// coaServer answers Disconnect and CoA requests; the same packet again gets the same answer.
type coaServer struct {
	conn    net.PacketConn
	servers []netip.Addr // whose requests are heard

	mu      sync.Mutex
	answers map[coaKey][]byte
	order   []coaKey
}

type coaKey struct {
	from          netip.AddrPort
	id            byte
	authenticator [16]byte
}

const keptAnswers = 512

func (r *Router) openCoA() error {
	r.coa = &coaServer{answers: map[coaKey][]byte{}}
	if r.options.CoA == "" {
		return nil
	}
	at, err := net.ResolveUDPAddr("udp", r.options.CoA)
	if err != nil {
		return err
	}
	if r.coa.conn, err = r.options.Inside.ListenUDP(at); err != nil {
		return err
	}
	for _, l := range []*link{r.auth, r.accounts.link} {
		r.coa.servers = append(r.coa.servers, l.conn.RemoteAddr().(*net.UDPAddr).AddrPort().Addr().Unmap())
	}
	r.closers = append(r.closers, r.coa.conn.Close)
	r.spawn(r.serveCoA)
	return nil
}

func (r *Router) serveCoA() {
	buffer := make([]byte, maxPacket)
	for {
		n, from, err := r.coa.conn.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			continue
		}
		if answer := r.answerCoA(from.(*net.UDPAddr).AddrPort(), buffer[:n]); answer != nil {
			_, _ = r.coa.conn.WriteTo(answer, from)
		}
	}
}

// answerCoA is nil for what is silently discarded: strangers, wrong authenticators, unknown codes.
func (r *Router) answerCoA(from netip.AddrPort, octets []byte) []byte {
	if !r.coa.knows(from.Addr()) {
		return nil
	}
	p, err := openRequest(octets, []byte(r.options.Secret))
	if err != nil {
		return nil
	}
	key := coaKey{from, p.id, p.authenticator}
	if answer, seen := r.coa.answered(key); seen {
		return answer
	}
	var answer []byte
	if reply := r.handleCoA(p); reply != nil {
		answer = sealReply(reply, p.authenticator[:], []byte(r.options.Secret))
	}
	r.coa.remember(key, answer)
	return answer
}

func (c *coaServer) knows(from netip.Addr) bool {
	for _, server := range c.servers {
		if server == from.Unmap() {
			return true
		}
	}
	return false
}

func (c *coaServer) answered(key coaKey) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, seen := c.answers[key]
	return answer, seen
}

func (c *coaServer) remember(key coaKey, answer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[key] = answer
	c.order = append(c.order, key)
	if len(c.order) > keptAnswers {
		delete(c.answers, c.order[0])
		c.order = c.order[1:]
	}
}

func (c *coaServer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.answers)
	c.order = nil
}

func (c *coaServer) address() string {
	if c == nil || c.conn == nil {
		return ""
	}
	return c.conn.LocalAddr().String()
}

// handleCoA finds the session and changes or ends it; nil is silence.
func (r *Router) handleCoA(p *packet) *packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	switch p.code {
	case codeDisconnectRequest:
		return r.disconnect(p)
	case codeCoARequest:
		return r.change(p)
	default:
		return nil
	}
}

// verdict makes the reply; Error-Cause 0 is none. CoovaChilli gives a NAK without a reason.
func (r *Router) verdict(p *packet, code byte, cause uint32) *packet {
	reply := &packet{code: code, id: p.id}
	if _, ok := p.get(attrMessageAuthenticator); ok {
		reply.add(attrMessageAuthenticator, make([]byte, 16))
	}
	if cause != 0 && r.options.Dialect == MikroTik {
		reply.addNumber(attrErrorCause, cause)
	}
	for _, a := range p.attributes {
		if a.kind == attrProxyState {
			reply.add(attrProxyState, a.value)
		}
	}
	return reply
}
