package safaricom

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"time"
)

type token struct {
	value   string
	expires time.Time
}

type spike struct {
	second int64
	count  int
}

const tokenSymbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// generateToken kills the app's previous token. expires_in is a string and a number in turn: both are seen.
func (s *Server) generateToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		s.refuse(w, errMethod)
		return
	}
	key, secret, ok := r.BasicAuth()
	if !ok || !s.knows(key, secret) {
		s.refuse(w, errBasic)
		return
	}
	if r.URL.Query().Get("grant_type") != "client_credentials" {
		s.refuse(w, errGrantType)
		return
	}
	value, asText := s.mint(key)
	seconds := int64(s.opt.TokenLife / time.Second)
	var expires any = seconds
	if asText {
		expires = strconv.FormatInt(seconds, 10)
	}
	answer(w, http.StatusOK, map[string]any{"access_token": value, "expires_in": expires})
}

func (s *Server) knows(key, secret string) bool {
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == key {
			return subtle.ConstantTimeCompare([]byte(m.ConsumerSecret), []byte(secret)) == 1
		}
	}
	return false
}

func (s *Server) mint(key string) (value string, asText bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	symbols := make([]byte, 28)
	for i := range symbols {
		symbols[i] = tokenSymbols[s.random.IntN(len(tokenSymbols))]
	}
	s.tokens[key] = &token{value: string(symbols), expires: s.opt.Clock.Now().Add(s.opt.TokenLife)}
	s.minted++
	return string(symbols), s.minted%2 == 1
}

// KillTokens makes every token invalid, as another process of the same app does by minting its own.
func (s *Server) KillTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

func (s *Server) admit(bearer, badToken string) (app string, bad *apiError) {
	if bearer == "" {
		return "", badTokens["401.002.01"]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, t := range s.tokens {
		if t.value == bearer && s.opt.Clock.Now().Before(t.expires) {
			return key, s.count(key)
		}
	}
	return "", badTokens[badToken]
}

func (s *Server) count(app string) *apiError {
	if s.opt.PerSecond == 0 {
		return nil
	}
	now := s.opt.Clock.Now().Unix()
	c := s.calls[app]
	if c.second != now {
		c = spike{second: now}
	}
	c.count++
	s.calls[app] = c
	if c.count > s.opt.PerSecond {
		return errSpike
	}
	return nil
}
