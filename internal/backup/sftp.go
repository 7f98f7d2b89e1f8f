package backup

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

const reachWithin = 20 * time.Second

// sftpPlace is a folder on a machine that speaks SFTP.
type sftpPlace struct {
	client *sftp.Client
	line   *ssh.Client
	root   string
}

// openSFTP trusts the one host key whose fingerprint the address names.
func openSFTP(ctx context.Context, u *url.URL) (Place, error) {
	methods, err := sshMethods(u)
	if err != nil {
		return nil, err
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "22")
	}
	want := strings.ReplaceAll(u.Query().Get("host_key"), " ", "+") // a plus in a query is a space
	config := &ssh.ClientConfig{User: u.User.Username(), Auth: methods, Timeout: reachWithin,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if ssh.FingerprintSHA256(key) != want {
				return errors.New("the host's key is " + ssh.FingerprintSHA256(key) + ", not the one that host_key names")
			}
			return nil
		}}
	wire, err := (&net.Dialer{Timeout: reachWithin}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	connection, channels, requests, err := ssh.NewClientConn(wire, host, config)
	if err != nil {
		return nil, errors.Join(err, wire.Close())
	}
	p := &sftpPlace{line: ssh.NewClient(connection, channels, requests), root: u.Path}
	if p.client, err = sftp.NewClient(p.line); err != nil {
		return nil, errors.Join(err, p.line.Close())
	}
	return p, nil
}

func sshMethods(u *url.URL) ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if file := u.Query().Get("key_file"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		signer, err := ssh.ParsePrivateKey(text)
		if err != nil {
			return nil, err
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if password, ok := u.User.Password(); ok {
		methods = append(methods, ssh.Password(password))
	}
	return methods, nil
}

func (p *sftpPlace) path(name string) string { return path.Join(p.root, name) }

func (p *sftpPlace) Put(ctx context.Context, name, file string) error {
	defer context.AfterFunc(ctx, func() { _ = p.line.Close() })()
	to := p.path(name)
	if err := p.client.MkdirAll(path.Dir(to)); err != nil {
		return err
	}
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	out, err := p.client.OpenFile(to+unfinished, os.O_CREATE|os.O_TRUNC|os.O_WRONLY)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	if err := copied(out, from); err != nil {
		return err
	}
	return p.client.Rename(to+unfinished, to) // no piece has the name of another
}

func (p *sftpPlace) Get(_ context.Context, name string) (io.ReadCloser, error) {
	return p.client.Open(p.path(name))
}

func (p *sftpPlace) List(ctx context.Context) (names []string, err error) {
	err = p.walk(ctx, func(path string, _ os.FileInfo) error {
		if !strings.HasSuffix(path, unfinished) {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(path, p.root), "/"))
		}
		return nil
	})
	return names, err
}

func (p *sftpPlace) Sweep(ctx context.Context, before time.Time) error {
	return p.walk(ctx, func(path string, info os.FileInfo) error {
		if strings.HasSuffix(path, unfinished) && info.ModTime().Before(before) {
			return p.client.Remove(path)
		}
		return nil
	})
}

func (p *sftpPlace) walk(ctx context.Context, file func(path string, info os.FileInfo) error) error {
	defer context.AfterFunc(ctx, func() { _ = p.line.Close() })()
	walk := p.client.Walk(p.root)
	for walk.Step() {
		err := walk.Err()
		if err == nil && !walk.Stat().IsDir() {
			err = file(walk.Path(), walk.Stat())
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (p *sftpPlace) Remove(_ context.Context, name string) error {
	err := p.client.Remove(p.path(name))
	_ = p.client.RemoveDirectory(path.Dir(p.path(name))) // goes only with its last piece
	return err
}

func (p *sftpPlace) Close() error {
	_ = p.client.Close() // the line goes with it
	_ = p.line.Close()
	return nil
}
