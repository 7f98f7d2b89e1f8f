package mikrotik

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

const dialLimit = 5 * time.Second

// Dial connects to a plain API port (8728) and logs in. Use it inside a tunnel only: the password travels in the clear.
func Dial(ctx context.Context, address, username, password string) (*Client, error) {
	dialer := net.Dialer{Timeout: dialLimit}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return logIn(ctx, conn, username, password)
}

// DialTLS connects to an API port with TLS (8729) and logs in. The router needs a certificate: without one it offers
// anonymous Diffie-Hellman only, which crypto/tls does not speak.
func DialTLS(ctx context.Context, address, username, password string, config *tls.Config) (*Client, error) {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialLimit}, Config: config}
	ctx, cancel := context.WithTimeout(ctx, 2*dialLimit)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return logIn(ctx, conn, username, password)
}

// logIn logs in the way of RouterOS 6.43 and later; the older challenge is a sign of a router too old to be trusted.
func logIn(ctx context.Context, conn net.Conn, username, password string) (*Client, error) {
	c := &Client{conn: conn, calls: map[string]*call{}}
	go c.read()
	reply, err := c.RunContext(ctx, "/login", "=name="+username, "=password="+password)
	if err == nil && reply.Done.Map["ret"] != "" {
		err = &DeviceError{Message: "RouterOS before 6.43 is not supported"}
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}
