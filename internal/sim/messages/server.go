package messages

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// Options of a simulated carrier.
type Options struct {
	Clock         clock.Clock // stamps; the machine's when nil
	Username      string      // of the SMS account
	APIKey        string
	Balance       int64  // cents; 80 are taken for each part
	ReportURL     string // where delivery reports are posted; "" keeps them for Reports
	TelegramToken string
	MailUser      string // of the mail account; "": whoever comes is let in
	MailPassword  string
	WebhookSecret string
}

// Faults are what goes wrong from now on.
type Faults struct {
	Down          bool            // connections are cut before anything is read
	Slow          bool            // accepted, and answered only once the caller has gone away
	FailAfter     bool            // accepted, then HTTP 500
	Busy          bool            // refused with HTTP 429
	Blacklisted   map[string]bool // numbers that have stopped the sender
	ReportsLate   bool            // kept until DeliverReports
	ReportsNever  bool
	TemporaryMail bool // mail is refused for now: 451
	RefusedMail   bool // mail is refused for good: 550
	DroppedMail   bool // the mail server hangs up after the text, having taken it
	GreyMail      bool // who writes to an address for the first time is told to come again: 451
	SlowMail      bool // the mail server takes two seconds for each answer
}

// Item is one message that a phone, a mailbox, a chat or a webhook got.
type Item struct {
	Kind             string // sms, email, telegram, webhook
	To, From         string
	Subject, Text    string
	HTML             string // of an e-mail
	Files            []File // that came with it
	Header           map[string][]string
	At               time.Time
	ID               string
	SignatureIsRight bool // webhook
}

// Server is all carriers at once. It is safe for concurrent use.
type Server struct {
	opt     Options
	mu      sync.Mutex // guards all below
	faults  Faults
	inbox   []Item
	balance int64
	count   int
	held    []string // delivery reports
	calls   int
	seen    map[string]bool // who wrote to whom before
	posts   []*Post         // that people may write to
}

// New makes a simulated carrier; nothing listens until its Handler, or ServeMail, is served.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	return &Server{opt: o, balance: o.Balance, seen: map[string]bool{}}
}

// SetFaults replaces the faults in force.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// SetBalance sets the cents of the SMS account.
func (s *Server) SetBalance(cents int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.balance = cents
}

// Inbox lists what an address got, the oldest first; "" for everybody.
func (s *Server) Inbox(to string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Item
	for _, i := range s.inbox {
		if to == "" || i.To == to {
			list = append(list, i)
		}
	}
	return list
}

// Calls is how often somebody asked to send anything, accepted or not.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Handler serves the APIs and, at /, the page of what everybody got.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /version1/messaging", s.up(s.sms))
	mux.HandleFunc("GET /version1/user", s.up(s.account))
	mux.HandleFunc("POST /gateway", s.up(s.gateway))
	mux.HandleFunc("POST /{bot}/sendMessage", s.up(s.telegram))
	mux.HandleFunc("POST /webhook", s.up(s.webhook))
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /mail", s.mailbox)
	mux.HandleFunc("GET /mail/{n}", s.oneMail)
	mux.HandleFunc("GET /mail/{n}/html", s.mailHTML)
	mux.HandleFunc("GET /mail/{n}/file/{k}", s.mailFile)
	mux.HandleFunc("POST /mail/faults", s.mailFaults)
	mux.HandleFunc("POST /mail/write", s.writeMail)
	return mux
}

// up cuts the connection while the carrier is down, and refuses while it is busy.
func (s *Server) up(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		faults := s.faults
		s.calls++
		s.mu.Unlock()
		if faults.Down {
			panic(http.ErrAbortHandler)
		}
		if faults.Busy {
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		next(w, r)
	}
}

// lost acts out a fault after a message was accepted; true when the proper answer must not be given.
func (s *Server) lost(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	faults := s.faults
	s.mu.Unlock()
	if faults.Slow {
		<-r.Context().Done()
		return true
	}
	if faults.FailAfter {
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
	return faults.FailAfter
}

// put lays a message into an inbox. The caller holds the lock.
func (s *Server) put(i Item) {
	i.At = s.opt.Clock.Now()
	s.inbox = append(s.inbox, i)
	const most = 2000
	if len(s.inbox) > most {
		s.inbox = slices.Delete(s.inbox, 0, len(s.inbox)-most)
	}
}

func digits(number string) string { return strings.TrimPrefix(strings.TrimSpace(number), "+") }
