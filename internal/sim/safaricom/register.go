package safaricom

import "net/http"

// registration are the C2B addresses of one payee short code.
type registration struct {
	shortCode         string // as registered; the BusinessShortCode of what is sent
	confirm, validate string
	completed         bool // pay when validation cannot be reached
	version           int  // 1 hashes the payer, 2 masks
}

func (s *Server) register(version int) apiHandler {
	return func(w http.ResponseWriter, app string, f fields) *apiError {
		m, bad := s.checkRegistration(app, f)
		if bad != nil {
			return bad
		}
		if bad := s.keepRegistration(m, f, version); bad != nil {
			return bad
		}
		answer(w, http.StatusOK, map[string]any{
			"OriginatorCoversationID": s.conversation(), "ResponseCode": "0", "ResponseDescription": "Success",
		})
		return nil
	}
}

func (s *Server) checkRegistration(app string, f fields) (Merchant, *apiError) {
	code := f.text("ShortCode")
	if !shortCode.MatchString(code) {
		return Merchant{}, invalid("ShortCode")
	}
	if t := f.text("ResponseType"); t != "Completed" && t != "Cancelled" {
		return Merchant{}, invalid("ResponseType")
	}
	for _, name := range []string{"ConfirmationURL", "ValidationURL"} {
		if !allowedURL(f.text(name), s.opt.Production) {
			return Merchant{}, invalid(name)
		}
	}
	for _, m := range s.opt.Merchants {
		if m.ConsumerKey == app && m.answersTo(code) {
			return m, nil
		}
	}
	return Merchant{}, errMerchant
}

func (s *Server) keepRegistration(m Merchant, f fields, version int) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.urls[m.payee()]; known && s.opt.Production {
		return errRegistered
	}
	s.urls[m.payee()] = registration{
		shortCode: f.text("ShortCode"), confirm: f.text("ConfirmationURL"), validate: f.text("ValidationURL"),
		completed: f.text("ResponseType") == "Completed", version: version,
	}
	return nil
}

func (s *Server) conversation() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requestID()
}
