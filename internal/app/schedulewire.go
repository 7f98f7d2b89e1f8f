package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/sim/safaricom"
)

// wire lies between the simulated rail and the program: it delays, doubles and alters messages as each story's seed wants,
// and remembers what the program has truly been told.
type wire struct {
	clock   *clock.Manual
	plant   func(path string, body []byte) []byte
	railURL string
	traffic atomic.Int64 // requests either way

	mu      sync.Mutex
	stories map[string]*story // by phone and by its SHA-256
	held    []heldMessage
	pushes  map[string]int    // prompts asked for, by order code
	told    map[string]bool   // receipts named to the program
	queried map[string]string // the verdict of a query, by checkout id
	verdict map[string]string // the last result told of a prompt, by checkout id
}

type heldMessage struct {
	due     time.Time
	request *http.Request
	body    []byte
	story   *story
}

func newWire(c *clock.Manual, plant func(string, []byte) []byte) *wire {
	return &wire{clock: c, plant: plant, stories: map[string]*story{}, pushes: map[string]int{}, told: map[string]bool{},
		queried: map[string]string{}, verdict: map[string]string{}}
}

func (w *wire) join(s *story) {
	w.mu.Lock()
	defer w.mu.Unlock()
	phones := s.phones
	if s.home != nil {
		phones = append(slices.Clone(phones), s.home.phone)
	}
	for _, phone := range phones {
		sum := sha256.Sum256([]byte(phone))
		w.stories[phone], w.stories[hex.EncodeToString(sum[:])] = s, s
	}
}

// faultsOf is the same for the same story and the same number of payment, whatever codes were drawn.
func (w *wire) faultsOf(p safaricom.Payment) safaricom.Faults {
	w.mu.Lock()
	s := w.stories[p.Phone]
	w.mu.Unlock()
	if s == nil {
		return safaricom.Faults{}
	}
	draw := safaricom.Payment{Kind: p.Kind, Phone: p.Phone, Reference: s.ordinal(p.Kind + p.Phone)}
	f := safaricom.RandomFaults(s.seed, s.percent)(draw)
	if f.CallbackFirst && p.Kind == safaricom.KindPush {
		s.hasten(p.Reference)
	}
	s.note("the rail's faults for a %s of %s, %q: %s", p.Kind, p.Phone, p.Reference, faultNames(f))
	return f
}

// answerAtOnce answers a prompt whose push waits for its result; the others wait for their step.
func (w *wire) answerAtOnce(p safaricom.Prompt) safaricom.Answer {
	w.mu.Lock()
	s := w.stories[p.Phone]
	w.mu.Unlock()
	if s == nil || !s.hastened(p.Reference) {
		return safaricom.Answer{Act: safaricom.Ignore}
	}
	if s.isHome(p.Phone) {
		a, _ := s.homeAnswerTo(p, 0)
		s.note("prompt for the home answered at once: %s %s", a.Act, a.Code)
		if a.Act == safaricom.Ignore {
			a = safaricom.Answer{Act: safaricom.Refuse, Code: "1037"}
		}
		return a
	}
	for range 400 { // the push may be faster than PlaceOrder is back
		if wish := s.wishOf(p.Reference); wish != nil {
			s.note("prompt for %s answered at once: %s %s", p.Reference, wish.answer.Act, wish.answer.Code)
			if wish.answer.Act != safaricom.Ignore {
				return wish.answer
			}
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return safaricom.Answer{Act: safaricom.Refuse, Code: "1037"}
}

func faultNames(f safaricom.Faults) string {
	var on []string
	for _, w := range safaricom.Switches {
		if f.On(w.Key) {
			on = append(on, w.Key)
		}
	}
	return strings.Join(on, " ")
}

var (
	checkoutOf  = regexp.MustCompile(`"CheckoutRequestID":"([^"]*)"`)
	codeOf      = regexp.MustCompile(`"ResultCode":"?([A-Za-z0-9_]+)`)
	receiptOf   = regexp.MustCompile(`"(?:TransID":|Name":"MpesaReceiptNumber","Value":|Key":"ReceiptNo","Value":)"([A-Z0-9]+)"`)
	payerOf     = regexp.MustCompile(`"MSISDN":"([0-9a-f]*)"`)
	amountOf    = regexp.MustCompile(`("Name":"Amount","Value":)([0-9.]+)`)
	promptedOf  = regexp.MustCompile(`"PhoneNumber":"([0-9]*)"`)
	referenceOf = regexp.MustCompile(`"AccountReference":"([^"]*)"`)
)

func first(pattern *regexp.Regexp, body []byte) string {
	if found := pattern.FindSubmatch(body); found != nil {
		return string(found[1])
	}
	return ""
}

// ofStory finds whose message it is.
func (w *wire) ofStory(body []byte) *story {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id := first(checkoutOf, body); len(id) > 9 {
		return w.stories["254"+id[len(id)-9:]]
	}
	return w.stories[first(payerOf, body)]
}

// RoundTrip carries a message of the rail to the program, or keeps it until its time. It implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.traffic.Add(1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s := w.ofStory(body)
	if strings.HasPrefix(r.URL.Path, "/in/v/") || s == nil {
		return w.deliver(r, body, s)
	}
	random := rand.New(rand.NewPCG(s.seed, ordinalHash(r.URL.Path[:6]+s.ordinal(r.URL.Path[:6]))))
	if s.percent > 0 && random.IntN(4) == 0 {
		delay := lateness[random.IntN(len(lateness))]
		s.note("%s is late by %v", r.URL.Path[:6], delay)
		w.mu.Lock()
		w.held = append(w.held, heldMessage{due: w.clock.Now().Add(delay), request: r.Clone(context.WithoutCancel(r.Context())), body: body, story: s})
		w.mu.Unlock()
		return accepted(r), nil
	}
	if random.IntN(10) == 0 {
		w.tamper(r, body, s)
	}
	if random.IntN(6) > 0 {
		return w.deliver(r, body, s)
	}
	return w.deliverMany(r, body, s, 2+random.IntN(3))
}

var lateness = []time.Duration{8 * time.Second, 20 * time.Second, 40 * time.Second, 3 * time.Minute, 2 * time.Hour, 30 * time.Hour, 9 * 24 * time.Hour}

func ordinalHash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}

// tamper sends another amount to the true address before the truth arrives there.
func (w *wire) tamper(r *http.Request, body []byte, s *story) {
	if !amountOf.Match(body) {
		return
	}
	s.note("an altered result comes first")
	_, _ = w.send(r, amountOf.ReplaceAll(body, []byte("${1}99999.00")))
}

func (w *wire) deliverMany(r *http.Request, body []byte, s *story, copies int) (*http.Response, error) {
	s.note("%s comes %d times at once", r.URL.Path[:6], copies)
	var all sync.WaitGroup
	for range copies - 1 {
		all.Go(func() {
			if again, err := w.send(r, body); err == nil {
				_ = again.Body.Close()
			}
		})
	}
	answer, err := w.deliver(r, body, s)
	all.Wait()
	return answer, err
}

// deliver sends a message as it is, and remembers what it tells.
func (w *wire) deliver(r *http.Request, body []byte, s *story) (*http.Response, error) {
	answer, err := w.send(r, body)
	if err == nil && answer.StatusCode == http.StatusOK && !strings.HasPrefix(r.URL.Path, "/in/v/") {
		receipt := first(receiptOf, body)
		w.mu.Lock()
		w.told[receipt] = true
		if id := first(checkoutOf, body); id != "" && w.verdict[id] != "0" {
			w.verdict[id] = first(codeOf, body)
		}
		w.mu.Unlock()
		if s != nil {
			s.note("%s told: code %q receipt %q", r.URL.Path[:6], first(codeOf, body), receipt)
		}
	}
	return answer, err
}

func (w *wire) send(r *http.Request, body []byte) (*http.Response, error) {
	if w.plant != nil {
		if body = w.plant(r.URL.Path, body); body == nil {
			return accepted(r), nil
		}
	}
	again := r.Clone(r.Context())
	again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return http.DefaultTransport.RoundTrip(again)
}

func accepted(r *http.Request) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("{}"))}
}

// release delivers what was kept and is due.
func (w *wire) release() error {
	w.mu.Lock()
	var due []heldMessage
	var rest []heldMessage
	for _, h := range w.held {
		if h.due.After(w.clock.Now()) {
			rest = append(rest, h)
		} else {
			due = append(due, h)
		}
	}
	w.held = rest
	w.mu.Unlock()
	for _, h := range due {
		answer, err := w.deliver(h.request, h.body, h.story)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
	}
	return nil
}

// listen watches what the program asks the rail, and what it is answered.
func (w *wire) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		w.traffic.Add(1)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		switch {
		case strings.HasSuffix(r.URL.Path, "/stkpush/v1/processrequest"):
			w.mu.Lock()
			w.pushes[first(referenceOf, body)]++
			w.mu.Unlock()
			w.cutOff(w.ofPhone(first(promptedOf, body)))
		case strings.HasSuffix(r.URL.Path, "/stkpushquery/v1/query"):
			w.cutOff(w.ofStory(body))
			heard := &overheard{ResponseWriter: to}
			next.ServeHTTP(heard, r)
			w.heardQuery(first(checkoutOf, body), heard.Bytes())
			return
		}
		next.ServeHTTP(to, r)
	})
}

// cutOff drops the connection while the rail is out of order for a story.
func (w *wire) cutOff(s *story) {
	if s != nil && s.down() {
		s.note("the rail is out of order, and a call is cut off")
		panic(http.ErrAbortHandler)
	}
}

func (w *wire) ofPhone(phone string) *story {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stories[phone]
}

// overheard keeps a copy of an answer.
type overheard struct {
	http.ResponseWriter
	bytes.Buffer
}

// Write implements http.ResponseWriter.
func (o *overheard) Write(p []byte) (int, error) {
	_, _ = o.Buffer.Write(p)
	return o.ResponseWriter.Write(p)
}

func (w *wire) heardQuery(checkoutID string, reply []byte) {
	var r struct{ ResultCode string }
	if json.Unmarshal(reply, &r) != nil || r.ResultCode == "" || r.ResultCode == "4999" {
		return
	}
	w.mu.Lock()
	w.queried[checkoutID] = r.ResultCode
	s := w.stories["254"+checkoutID[max(0, len(checkoutID)-9):]]
	w.mu.Unlock()
	if s != nil {
		s.note("a query was answered: code %s", r.ResultCode)
	}
}
