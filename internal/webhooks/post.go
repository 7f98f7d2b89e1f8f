package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"mtandao/internal/clock"
)

const (
	callTimeout = 10 * time.Second
	mostHeader  = 16 << 10
	mostAnswer  = 500 // octets of it are read, and kept
)

// answer is what became of one call. Reason is empty when it was taken.
type answer struct {
	Status int
	Reason string
	Took   time.Duration
	Said   []byte
}

// newClient makes the calls: each on its own connection, by no proxy, and only to where s.open says.
func (s *Service) newClient() *http.Client {
	dialer := &net.Dialer{Timeout: callTimeout, Control: s.judge}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: callTimeout,
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: mostHeader},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post makes one call. It is cut after a time, and not by a stop of the program: what was sent may have been taken.
func (s *Service) post(ctx context.Context, url, id, signed string, body []byte) answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limit)
	defer cancel()
	took := clock.Stopwatch()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{Reason: "no_connection"}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Mtandao-Webhooks/1")
	r.Header.Set(HeaderSignature, signed)
	r.Header.Set(HeaderEvent, id)
	response, err := s.client.Do(r)
	if err != nil {
		return answer{Reason: reasonOf(ctx, err), Took: took()}
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, mostAnswer)) // its status says enough
	return answer{Status: response.StatusCode, Reason: reasonOfStatus(response.StatusCode), Took: took(), Said: said}
}

// reasonOf never holds what the error says: that may name the address.
func reasonOf(ctx context.Context, err error) string {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, errPrivate):
		return "private"
	case ctx.Err() != nil:
		return "slow"
	case errors.As(err, &certificate), errors.As(err, &record):
		return "certificate"
	}
	return "no_connection"
}

func reasonOfStatus(status int) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return "redirect"
	}
	return "http_" + strconv.Itoa(status)
}
