package load

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	codec "layeh.com/radius"
)

const headerBytes = 20

var zeros [16]byte

// request is one on its way, and what its reply is checked by.
type request struct {
	wire   []byte
	login  int
	expect string // MS-CHAP2-Success
}

// source makes the requests of a lane.
type source struct {
	Options
	secret []byte
	mac    *hmacMD5
	turn   *atomic.Int64 // over all lanes
	lane   int64
	lanes  int64
	told   int64 // records of this lane
	random *rand.ChaCha8
	signed []byte // room for what a sum is over
}

func newSource(o Options, turn *atomic.Int64, lane, lanes int64) *source {
	var seed [32]byte
	for i := range 4 {
		binary.BigEndian.PutUint64(seed[8*i:], rand.Uint64())
	}
	return &source{Options: o, secret: []byte(o.Secret), mac: newHMAC([]byte(o.Secret)), turn: turn, lane: lane, lanes: lanes, random: rand.NewChaCha8(seed)}
}

// next makes a request in room that is free.
func (s *source) next(identifier byte, room []byte) request {
	if s.Mode == Accounting {
		s.told++
		return s.record(identifier, room, s.told-1)
	}
	turn := s.turn.Add(1) - 1
	return s.logIn(identifier, room, int(turn*7919%int64(len(s.Logins))))
}

func (s *source) logIn(identifier byte, room []byte, who int) request {
	login := s.Logins[who]
	r := request{login: who}
	w := newWire(codec.CodeAccessRequest, identifier, room)
	_, _ = s.random.Read(w.octets[4:headerBytes]) // never fails
	w.add(80, zeros[:])
	w.addText(1, login.Name)
	authenticator := w.octets[4:headerBytes]
	switch s.Mode {
	case CHAP:
		sum := md5.Sum(append(append([]byte{identifier}, login.Password...), authenticator...))
		w.add(3, append([]byte{identifier}, sum[:]...))
	case MSCHAP:
		x := login.said
		if x == nil {
			x = newExchange(login)
		}
		w.vendor(311, 11, x.challenge[:])
		w.vendor(311, 25, x.response[:])
		r.expect = x.expect
	default:
		w.addHidden(2, login.Password, s.secret)
	}
	s.addPlace(w, login)
	w.add(61, []byte{0, 0, 0, 19}) // wireless
	r.wire = w.done()
	sum := s.mac.sum(r.wire)
	copy(r.wire[headerBytes+2:], sum[:])
	return r
}

func (s *source) addPlace(w *wire, login Login) {
	w.addText(31, login.MAC)
	w.addText(30, "hotspot1")
	w.add(8, []byte{10, 5, 0, 9})
	w.add(4, []byte{10, 255, 0, 1})
}

// record is the next word of a session: each session of a lane in turn says that it begins, reports, and ends, and then the next
// round of sessions begins. A session is told of by one lane, for it has one router.
func (s *source) record(identifier byte, room []byte, turn int64) request {
	steps, all := int64(s.Interims+2), int64(len(s.Logins))
	mine := max(1, (all-s.lane+s.lanes-1)/s.lanes)
	who, told := (turn%mine*s.lanes+s.lane)%all, turn/mine
	login, step := s.Logins[who], told%steps
	status := byte(3)
	switch step {
	case 0:
		status = 1
	case steps - 1:
		status = 2
	}
	w := newWire(codec.CodeAccountingRequest, identifier, room)
	w.add(40, []byte{0, 0, 0, status})
	w.add(44, fmt.Appendf(nil, "%s%x-%x-%x", s.Epoch, s.lane, told/steps, who))
	w.addText(1, login.Name)
	s.addPlace(w, login)
	if login.Class != nil {
		w.add(25, login.Class)
	}
	w.number(46, uint32(step))
	w.number(42, uint32(step*1000))
	w.number(43, uint32(step*20_000))
	wire := w.done()
	sum := md5.Sum(append(wire, s.secret...)) // over zeros where it then stands; the secret is behind what is sent
	copy(wire[4:headerBytes], sum[:])
	return request{wire: wire, login: int(who)}
}

var wanted = map[string]codec.Code{PAP: codec.CodeAccessAccept, CHAP: codec.CodeAccessAccept, MSCHAP: codec.CodeAccessAccept, Accounting: codec.CodeAccountingResponse}

// check verifies the authenticators of a reply, and that it says what it must.
func (s *source) check(r request, reply []byte) error {
	if length := int(binary.BigEndian.Uint16(reply[2:])); length != len(reply) {
		return fmt.Errorf("a reply of %d octets that says %d", len(reply), length)
	}
	if !codec.IsAuthenticResponse(reply, r.wire, s.secret) {
		return fmt.Errorf("a reply that is not authentic")
	}
	if code := codec.Code(reply[0]); code != wanted[s.Mode] {
		return fmt.Errorf("got %v for %s", code, s.Logins[r.login].Name)
	}
	if s.Mode == Accounting {
		return nil
	}
	if err := s.checkAccept(r, reply); err != nil {
		return err
	}
	if at, n := find(reply, 25); s.Learn && at > 0 {
		s.Logins[r.login].Class = bytes.Clone(reply[at : at+n])
	}
	return nil
}

func (s *source) checkAccept(r request, reply []byte) error {
	at, n := find(reply, 80)
	if at != headerBytes+2 || n != 16 {
		return fmt.Errorf("an accept without Message-Authenticator at its begin")
	}
	s.signed = append(s.signed[:0], reply...)
	signed := s.signed
	copy(signed[4:headerBytes], r.wire[4:headerBytes])
	clear(signed[at : at+n])
	if sum := s.mac.sum(signed); !bytes.Equal(sum[:], reply[at:at+n]) {
		return fmt.Errorf("a wrong Message-Authenticator")
	}
	if r.expect != "" && !strings.Contains(string(reply), r.expect) {
		return fmt.Errorf("a wrong MS-CHAP2-Success")
	}
	return nil
}
