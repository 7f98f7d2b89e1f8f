package safaricom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

// Delivery is one message that was sent to a merchant, and what came of it.
type Delivery struct {
	At     time.Time
	Kind   string // push result, validation, confirmation, status result, time-out notice
	URL    string
	Body   []byte
	Status int // 0 when the receiver could not be reached
}

type message struct {
	kind, url, shortCode string
	body                 any
	at                   time.Duration // from the start of its batch
}

// number is a JSON number that keeps its decimals: 1.00.
func number(text string) json.Number { return json.Number(text) }

// dispatch sends a batch in the order of its times, aside. A reordered batch goes last message first; one that has a
// single message lets another payment's message overtake it.
func (s *Server) dispatch(batch []message, reorder bool, begin <-chan struct{}, first func()) {
	slices.SortStableFunc(batch, func(a, b message) int { return int(a.at - b.at) })
	if reorder {
		reverse(batch)
	}
	s.spawn(func() {
		defer first()
		if begin != nil {
			<-begin
		}
		if reorder && len(batch) == 1 && !s.sleepUnless(s.opt.Delays.Hold, s.overtaken()) {
			return
		}
		s.sendAll(batch, first)
	})
}

// reverse the messages but leave the times as they are.
func reverse(batch []message) {
	for i, j := 0, len(batch)-1; i < j; i, j = i+1, j-1 {
		batch[i], batch[j] = batch[j], batch[i]
		batch[i].at, batch[j].at = batch[j].at, batch[i].at
	}
}

func (s *Server) sendAll(batch []message, first func()) {
	var elapsed time.Duration
	for _, m := range batch {
		if !s.sleep(m.at - elapsed) {
			return
		}
		elapsed = m.at
		_, _, _ = s.post(s.ctx, m) // sent once; what the receiver thinks of it changes nothing
		first()
	}
}

func (s *Server) overtaken() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passed
}

func (s *Server) post(ctx context.Context, m message) (status int, reply []byte, err error) {
	body, err := json.Marshal(m.body)
	if err != nil {
		return 0, nil, err
	}
	status, reply, err = s.roundTrip(ctx, m, body)
	if err != nil {
		s.opt.Log.Warn("simulated safaricom could not deliver", "message", m.kind, "err", errors.Unwrap(err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries[max(0, len(s.deliveries)-999):],
		Delivery{At: s.opt.Clock.Now(), Kind: m.kind, URL: m.url, Body: body, Status: status})
	close(s.passed)
	s.passed = make(chan struct{})
	return status, reply, err
}

func (s *Server) roundTrip(ctx context.Context, m message, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	if m.shortCode != "" {
		req.Header.Set("BusinessShortCode", m.shortCode)
	}
	resp, err := s.opt.Client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, reply, err
}

// Deliveries are the last thousand messages sent, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Delivery(nil), s.deliveries...)
}
