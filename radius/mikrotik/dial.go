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
	return dialPlain(ctx, outside, address, username, password)
}

// dialer connects outside or inside the tunnel.
type dialer func(ctx context.Context, address string) (net.Conn, error)

func outside(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

func dialPlain(ctx context.Context, dial dialer, address, username, password string) (*Client, error) {
	dialing, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	conn, err := dial(dialing, address)
	if err != nil {
		return nil, err
	}
	return logIn(ctx, conn, username, password)
}

// DialTLS connects to an API port with TLS (8729) and logs in. The router needs a certificate: without one it offers
// anonymous Diffie-Hellman only, which crypto/tls does not speak.
func DialTLS(ctx context.Context, address, username, password string, config *tls.Config) (*Client, error) {
	return dialTLS(ctx, outside, address, username, password, config)
}

func dialTLS(ctx context.Context, dial dialer, address, username, password string, config *tls.Config) (*Client, error) {
	dialing, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	plain, err := dial(dialing, address)
	if err != nil {
		return nil, err
	}
	if config.ServerName == "" && !config.InsecureSkipVerify {
		config = config.Clone()
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	ctx, stop := context.WithTimeout(ctx, 2*dialLimit)
	defer stop()
	conn := tls.Client(plain, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
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
