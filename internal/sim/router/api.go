package router

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

const (
	maxAPISessions = 20 // /ip/service max-sessions
	maxConcurrent  = 8  // tagged commands of one connection at once
)

// apiServer keeps the connections of the RouterOS API.
type apiServer struct {
	router   *Router
	listener net.Listener

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func (r *Router) openAPI() error {
	r.api = &apiServer{router: r, conns: map[net.Conn]bool{}}
	if r.options.API == "" {
		return nil
	}
	at, err := net.ResolveTCPAddr("tcp", r.options.API)
	if err != nil {
		return err
	}
	listener, err := r.options.Inside.ListenTCP(at)
	if err != nil {
		return err
	}
	if r.options.APITLS != nil {
		listener = tls.NewListener(listener, r.options.APITLS)
	}
	r.api.listener = listener
	r.closers = append(r.closers, listener.Close, func() error { r.api.dropAll(); return nil })
	r.spawn(r.api.serve)
	return nil
}

func (a *apiServer) address() string {
	if a == nil || a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

func (a *apiServer) serve() {
	for {
		conn, err := a.listener.Accept()
		if err != nil {
			return
		}
		if !a.admit(conn) {
			_ = conn.Close()
			continue
		}
		a.router.spawn(func() {
			defer a.dismiss(conn)
			(&apiSession{router: a.router, conn: conn, running: map[string]context.CancelFunc{}}).run()
		})
	}
}

// admit refuses connections over the limit, while the API is unreachable, and after Close.
func (a *apiServer) admit(conn net.Conn) bool {
	a.router.mu.Lock()
	unreachable := a.router.faults.APIUnreachable
	a.router.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-a.router.quit:
		return false
	default:
	}
	if unreachable || len(a.conns) >= maxAPISessions {
		return false
	}
	a.conns[conn] = true
	return true
}

func (a *apiServer) dismiss(conn net.Conn) {
	_ = conn.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.conns, conn)
}

func (a *apiServer) dropAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for conn := range a.conns {
		_ = conn.Close()
	}
}
