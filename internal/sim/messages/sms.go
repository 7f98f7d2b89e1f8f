package messages

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const partPrice = 80 // cents

type recipient struct {
	StatusCode int    `json:"statusCode"`
	Number     string `json:"number"`
	Status     string `json:"status"`
	Cost       string `json:"cost"`
	MessageID  string `json:"messageId"`
}

// sms is Africa's Talking's endpoint: form fields in, HTTP 201 out.
func (s *Server) sms(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("apiKey") != s.opt.APIKey || r.FormValue("username") != s.opt.Username {
		http.Error(w, "The supplied authentication is invalid", http.StatusUnauthorized)
		return
	}
	var all []recipient
	for number := range strings.SplitSeq(r.FormValue("to"), ",") {
		all = append(all, s.accept(strings.TrimSpace(number), r.FormValue("from"), r.FormValue("message")))
	}
	if s.lost(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"SMSMessageData": map[string]any{"Message": fmt.Sprintf("Sent to %d/%d", len(all), len(all)), "Recipients": all}})
}

// accept takes a message for one number, if it can be paid for and is wanted there.
func (s *Server) accept(number, from, text string) recipient {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(code int, status string) recipient { return recipient{code, number, status, "0", "None"} }
	price := int64(partPrice * (1 + len([]rune(text))/160))
	switch {
	case s.faults.Blacklisted[digits(number)]:
		return no(406, "UserInBlacklist")
	case len(digits(number)) != 12:
		return no(403, "InvalidPhoneNumber")
	case s.balance < price:
		return no(405, "InsufficientBalance")
	}
	s.balance -= price
	s.count++
	id := fmt.Sprintf("ATXid_%06d", s.count)
	s.put(Item{Kind: "sms", To: digits(number), From: from, Text: text, ID: id})
	s.report(url.Values{"id": {id}, "status": {"Success"}, "phoneNumber": {number}, "networkCode": {"63902"}, "retryCount": {"0"}}.Encode())
	return recipient{101, number, "Success", fmt.Sprintf("KES %d.%02d00", price/100, price%100), id}
}

// report sends or keeps a delivery report. The caller holds the lock.
func (s *Server) report(body string) {
	if s.faults.ReportsNever {
		return
	}
	s.held = append(s.held, body)
	if s.opt.ReportURL != "" && !s.faults.ReportsLate {
		go s.DeliverReports()
	}
}

// Reports takes away the delivery reports that wait.
func (s *Server) Reports() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.held
	s.held = nil
	return waiting
}

// DeliverReports posts the reports that wait.
func (s *Server) DeliverReports() {
	client := http.Client{Timeout: 10 * time.Second}
	for _, body := range s.Reports() {
		if r, err := client.Post(s.opt.ReportURL, "application/x-www-form-urlencoded", strings.NewReader(body)); err == nil {
			_ = r.Body.Close()
		}
	}
}

func (s *Server) account(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("apiKey") != s.opt.APIKey {
		http.Error(w, "The supplied authentication is invalid", http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	balance := s.balance
	s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"UserData": map[string]string{"balance": fmt.Sprintf("KES %d.%02d", balance/100, balance%100)}})
}

// gateway is some other house's API: JSON in, "OK id" or "ERR" out, always with HTTP 200.
func (s *Server) gateway(w http.ResponseWriter, r *http.Request) {
	var m struct{ Mobile, Message, Shortcode string }
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || json.Unmarshal(body, &m) != nil || r.Header.Get("X-Key") != s.opt.APIKey {
		fmt.Fprint(w, "ERR")
		return
	}
	got := s.accept(m.Mobile, m.Shortcode, m.Message)
	if s.lost(w, r) {
		return
	}
	if got.StatusCode != 101 {
		fmt.Fprint(w, "ERR ", got.StatusCode)
		return
	}
	fmt.Fprint(w, "OK ", got.MessageID)
}
