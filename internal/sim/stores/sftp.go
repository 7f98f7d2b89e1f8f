package stores

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net"
	"net/url"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

const (
	user     = "copies"
	password = "p@ss/word"
)

// SFTP is a machine that serves a folder by SFTP.
type SFTP struct {
	listener net.Listener
	address  url.URL
}

// NewSFTP serves a folder until Close.
func NewSFTP(folder string) (*SFTP, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, typed []byte) (*ssh.Permissions, error) {
		if c.User() != user || subtle.ConstantTimeCompare(typed, []byte(password)) == 0 {
			return nil, errors.New("who are you")
		}
		return nil, nil
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &SFTP{listener: listener, address: url.URL{Scheme: "sftp", User: url.UserPassword(user, password), Host: listener.Addr().String(), Path: folder,
		RawQuery: "host_key=" + url.QueryEscape(ssh.FingerprintSHA256(signer.PublicKey()))}}
	go s.serve(config)
	return s, nil
}

// Address is what MTANDAO_BACKUP_TO names it by.
func (s *SFTP) Address() string { return s.address.String() }

// Close takes no more connections.
func (s *SFTP) Close() error { return s.listener.Close() }

func (s *SFTP) serve(config *ssh.ServerConfig) {
	for {
		wire, err := s.listener.Accept()
		if err != nil {
			return
		}
		go serveWire(wire, config)
	}
}

func serveWire(wire net.Conn, config *ssh.ServerConfig) {
	defer wire.Close()
	_, channels, requests, err := ssh.NewServerConn(wire, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for wanted := range channels {
		channel, asked, err := wanted.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range asked {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		server, err := sftp.NewServer(channel)
		if err != nil {
			return
		}
		_ = server.Serve()
		_ = channel.Close()
	}
}
