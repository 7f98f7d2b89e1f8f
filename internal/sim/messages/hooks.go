package messages

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// telegram is sendMessage of the bot API.
func (s *Server) telegram(w http.ResponseWriter, r *http.Request) {
	var m struct {
		ChatID string `json:"chat_id"`
		Text   string `json:"text"`
	}
	no := func(code int, why string) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error_code": code, "description": why})
	}
	if r.PathValue("bot") != "bot"+s.opt.TelegramToken {
		no(http.StatusUnauthorized, "Unauthorized")
		return
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&m) != nil || m.ChatID == "" || m.Text == "" {
		no(http.StatusBadRequest, "Bad Request: message text is empty")
		return
	}
	s.mu.Lock()
	s.count++
	id := s.count
	s.put(Item{Kind: "telegram", To: m.ChatID, Text: m.Text, ID: strconv.Itoa(id)})
	s.mu.Unlock()
	if s.lost(w, r) {
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": map[string]any{"message_id": id}})
}

// webhook is a receiver that checks the signature, and that the stamp is not older than five minutes.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	stamp := r.Header.Get("X-Mtandao-Time")
	mac := hmac.New(sha256.New, []byte(s.opt.WebhookSecret))
	fmt.Fprintf(mac, "%s.%s", stamp, body)
	seconds, _ := strconv.ParseInt(stamp, 10, 64)
	age := s.opt.Clock.Now().Sub(time.Unix(seconds, 0))
	right := hmac.Equal(fmt.Appendf(nil, "sha256=%x", mac.Sum(nil)), []byte(r.Header.Get("X-Mtandao-Signature"))) && age.Abs() < 5*time.Minute
	s.mu.Lock()
	s.put(Item{Kind: "webhook", To: r.Host, Text: string(body), ID: r.Header.Get("X-Mtandao-Id"), SignatureIsRight: right})
	s.mu.Unlock()
	if s.lost(w, r) {
		return
	}
	if !right {
		w.WriteHeader(http.StatusUnauthorized)
	}
}
