package safaricom

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// apiError is a synchronous refusal: {requestId, errorCode, errorMessage}. Code and message together carry the meaning.
type apiError struct {
	status        int
	code, message string
}

var (
	errNotFound    = &apiError{404, "404.001.01", "Resource not found"}
	errMethod      = &apiError{405, "405.001", "Method not allowed"}
	errBasic       = &apiError{400, "400.008.01", "Invalid Authentication passed"}
	errGrantType   = &apiError{400, "400.008.02", "Invalid grant type passed"}
	errPayload     = &apiError{400, "400.002.05", "Invalid Request Payload"}
	errMerchant    = &apiError{500, "500.001.1001", "Merchant does not exist"}
	errCredentials = &apiError{500, "500.001.1001", "[MerchantValidate] - Wrong credentials"}
	errLocked      = &apiError{500, "500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber"}
	errInProcess   = &apiError{500, "500.001.1001", "The transaction is being processed"}
	errSilent      = &apiError{500, "500.001.1001", ""}
	errInProcessOK = &apiError{200, "500.001.1001", "The transaction is being processed"}
	errNoPush      = &apiError{500, "500.001.1001", "The transaction does not exist"}
	errBusy        = &apiError{500, "500.003.02", "System is busy. Please try again in few minutes."}
	errSpike       = &apiError{500, "500.003.02", "Error Occurred: Spike Arrest Violation"}
	errRegistered  = &apiError{500, "500.003.1001", "Urls are already registered"}
	errDuplicate   = &apiError{500, "500.002.1001", "Duplicate OriginatorConversationID."}
	errInternal    = &apiError{500, "500.003.1001", "Internal Server Error"}
)

var badTokens = map[string]*apiError{
	"404.001.03": {404, "404.001.03", "Invalid Access Token"},
	"401.003.01": {401, "401.003.01", "Error Occurred - Invalid Access Token"},
	"400.003.01": {400, "400.003.01", "Invalid Access Token"},
	"401.002.01": {401, "401.002.01", "Error Occurred - Invalid Access Token"},
}

func invalid(field string) *apiError {
	return &apiError{400, "400.002.02", "Bad Request - Invalid " + field}
}

func (s *Server) refuse(w http.ResponseWriter, e *apiError) {
	s.mu.Lock()
	id := s.requestID()
	s.mu.Unlock()
	answer(w, e.status, map[string]any{"requestId": id, "errorCode": e.code, "errorMessage": e.message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// requestID has the form of a MerchantRequestID; the caller holds the lock.
func (s *Server) requestID() string {
	s.counter++
	return fmt.Sprintf("%d-%d-%d", 1000+s.random.IntN(90000), 10_000_000+s.random.IntN(90_000_000), s.counter)
}
