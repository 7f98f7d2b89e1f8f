package safaricom

import (
	"context"
	"crypto/rsa"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is one simulated Safaricom. It is safe for concurrent use.
type Server struct {
	opt         Options
	key         *rsa.PrivateKey
	certificate []byte
	work        work
	ctx         context.Context
	cancel      context.CancelFunc

	mu          sync.Mutex // guards all below
	random      *rand.Rand
	counter     int64
	minted      int
	passed      chan struct{}    // closed and replaced when a message has been delivered
	takings     map[string]int64 // cents, by payee short code
	receipts    uint64
	tokens      map[string]*token  // by consumer key
	calls       map[string]spike   // by consumer key
	prompts     map[string]*prompt // by checkout id; all that ever were
	open        map[string]*prompt // by phone
	people      map[string]*person
	moves       []Move
	sentBack    []SentBack
	payouts     map[string]int64        // cents paid out, by short code
	originators map[string]bool         // of payouts
	urls        map[string]registration // by payee short code
	deliveries  []Delivery
	faults      Faults
	faultsFor   func(Payment) Faults
	autoAnswer  func(Prompt) Answer
}

// New starts a simulated Safaricom; nothing listens until its Handler is served.
func New(o Options) (*Server, error) {
	s := &Server{opt: o.withDefaults()}
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == "" || m.ShortCode == "" || (m.Type != PayBill && m.Type != BuyGoods) {
			return nil, fmt.Errorf("merchant %q needs a consumer key, a short code and a type", m.Name)
		}
	}
	var err error
	if s.key, s.certificate, err = makeCertificate(s.opt.Clock.Now()); err != nil {
		return nil, fmt.Errorf("making the certificate: %w", err)
	}
	started := uint64(s.opt.Clock.Now().UnixMilli())
	s.random = rand.New(rand.NewPCG(s.opt.Seed, started))
	s.receipts = s.opt.Seed + started // a restart within one stored demonstration must not repeat receipts
	s.tokens, s.calls, s.people = map[string]*token{}, map[string]spike{}, map[string]*person{}
	s.prompts, s.open, s.urls = map[string]*prompt{}, map[string]*prompt{}, map[string]registration{}
	s.payouts, s.originators = map[string]int64{}, map[string]bool{}
	s.takings, s.passed = map[string]int64{}, make(chan struct{})
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.work.start()
	return s, nil
}

// Close stops every prompt and message on its way, and waits for those that are being sent.
func (s *Server) Close() {
	s.cancel()
	s.mu.Lock()
	for _, p := range s.open {
		p.timer.Stop()
	}
	s.mu.Unlock()
	_ = s.work.wait(context.Background())
}

// Handler serves the API, the phone (/phone), statements (/statement/CODE) and the switches (/faults).
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth/v1/generate", s.up(s.generateToken))
	api := func(path, badToken string, h apiHandler) { mux.HandleFunc(path, s.up(s.api(badToken, h))) }
	api("/mpesa/stkpush/v1/processrequest", "404.001.03", s.push)
	api("/mpesa/stkpushquery/v1/query", "404.001.03", s.query)
	api("/mpesa/c2b/v1/registerurl", "401.003.01", s.register(1))
	api("/mpesa/c2b/v2/registerurl", "401.003.01", s.register(2))
	api("/mpesa/transactionstatus/v1/query", "400.003.01", s.status)
	api("/mpesa/reversal/v1/request", "400.003.01", s.reversal)
	api("/mpesa/b2c/v3/paymentrequest", "400.003.01", s.payout)
	mux.HandleFunc("GET /phone", s.phones)
	mux.HandleFunc("GET /phone/{msisdn}", s.phone)
	mux.HandleFunc("POST /phone/{msisdn}", s.phoneAnswer)
	mux.HandleFunc("GET /phone/{msisdn}/pay", s.payForm)
	mux.HandleFunc("POST /phone/{msisdn}/pay", s.payByHand)
	mux.HandleFunc("GET /statement/{code}", s.statement)
	mux.HandleFunc("GET /faults", s.faultSwitches)
	mux.HandleFunc("POST /faults", s.saveSwitches)
	mux.HandleFunc("/", s.elsewhere)
	return mux
}

func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		http.Redirect(w, r, "/phone", http.StatusSeeOther)
		return
	}
	s.refuse(w, errNotFound)
}

// up drops the connection, as an outage does, while the fault Down is on.
func (s *Server) up(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		down := s.faults.Down
		s.mu.Unlock()
		if down {
			panic(http.ErrAbortHandler)
		}
		next(w, r)
	}
}

type apiHandler func(w http.ResponseWriter, app string, f fields) *apiError

// api is the gateway before each product: method, token, rate, payload. Products name a bad token differently.
func (s *Server) api(badToken string, next apiHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			s.refuse(w, errMethod)
			return
		}
		_, bearer, _ := strings.Cut(r.Header.Get("Authorization"), "Bearer ")
		app, bad := s.admit(bearer, badToken)
		if bad != nil {
			s.refuse(w, bad)
			return
		}
		f, bad := readFields(r)
		if bad == nil {
			bad = next(w, app, f)
		}
		if bad != nil {
			s.refuse(w, bad)
		}
	}
}

func (s *Server) merchant(app, business string) (Merchant, bool) {
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == app && m.business() == business {
			return m, true
		}
	}
	return Merchant{}, false
}

var eastAfrica = time.FixedZone("EAT", 3*60*60)

const stampLayout = "20060102150405"

func stamp(t time.Time) string { return t.In(eastAfrica).Format(stampLayout) }
