package backup

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// places are a fresh one of each kind, by name.
func places(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"folder": path.Join(t.TempDir(), "copies"), "sftp": sftpServer(t), "s3": s3Server(t)}
}

// sftpServer serves a fresh folder by SFTP on this machine, and returns its address.
func sftpServer(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if c.User() != "copies" || string(password) != "p@ss/word" {
			return nil, errors.New("who are you")
		}
		return nil, nil
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			wire, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSFTP(wire, config)
		}
	}()
	u := url.URL{Scheme: "sftp", User: url.UserPassword("copies", "p@ss/word"), Host: listener.Addr().String(), Path: path.Join(t.TempDir(), "copies"),
		RawQuery: "host_key=" + url.QueryEscape(ssh.FingerprintSHA256(signer.PublicKey()))}
	return u.String()
}

func serveSFTP(wire net.Conn, config *ssh.ServerConfig) {
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

// bucket is as much of an S3-compatible store as a backup needs.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func s3Server(t *testing.T) string {
	t.Helper()
	b := &bucket{objects: map[string][]byte{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return "s3://access:se%2Fcret@" + strings.TrimPrefix(server.URL, "http://") + "/copies/mtaani/net?plain=1&region=af-south-1"
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name, ours := strings.CutPrefix(r.URL.Path, "/copies/")
	if !ours || !strings.Contains(r.Header.Get("Authorization"), "Credential=access/") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch body, has := b.objects[name]; {
	case name == "":
		b.list(w, r.URL.Query().Get("prefix"))
	case r.Method == http.MethodPut:
		data, err := io.ReadAll(r.Body)
		if err == nil && r.Header.Get("X-Amz-Decoded-Content-Length") != "" {
			data, err = dechunked(data)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.objects[name] = data
		w.Header().Set("ETag", `"x"`)
	case !has:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		delete(b.objects, name)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("ETag", `"x"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		http.ServeContent(w, r, "", testStart, bytes.NewReader(body))
	}
}

type objectList struct {
	XMLName  xml.Name `xml:"ListBucketResult"`
	Contents []object
}

type object struct {
	Key  string
	Size int
}

func (b *bucket) list(w http.ResponseWriter, prefix string) {
	var list objectList
	for name, body := range b.objects {
		if strings.HasPrefix(name, prefix) {
			list.Contents = append(list.Contents, object{name, len(body)})
		}
	}
	slices.SortFunc(list.Contents, func(a, c object) int { return strings.Compare(a.Key, c.Key) })
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(list)
}

// dechunked is a body that came in signed chunks: size;chunk-signature=…, data, and so on.
func dechunked(body []byte) (data []byte, err error) {
	r := bufio.NewReader(bytes.NewReader(body))
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		text, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		size, err := strconv.ParseInt(text, 16, 32)
		if err != nil || size == 0 {
			return data, err
		}
		part := make([]byte, size+2)
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("a chunk of %d: %w", size, err)
		}
		data = append(data, part[:size]...)
	}
}

func TestAPlaceKeepsListsAndLetsGo(t *testing.T) {
	for name, address := range places(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			p, err := OpenPlace(ctx, address)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if names, err := p.List(ctx); err != nil || len(names) != 0 {
				t.Fatalf("a fresh place lists %v: %v", names, err)
			}
			file := path.Join(t.TempDir(), "one")
			if err := os.WriteFile(file, bytes.Repeat([]byte("karibu "), 50_000), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, one := range []string{"a/1.age", "a/2.age", "b/1.age"} {
				if err := p.Put(ctx, one, file); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Remove(ctx, "a/1.age"); err != nil {
				t.Error(err)
			}
			names, err := p.List(ctx)
			if slices.Sort(names); err != nil || !slices.Equal(names, []string{"a/2.age", "b/1.age"}) {
				t.Errorf("lists %v: %v", names, err)
			}
			in, err := p.Get(ctx, "b/1.age")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(in)
			if err = errors.Join(err, in.Close()); err != nil || len(body) != 350_000 {
				t.Errorf("%d bytes came back: %v", len(body), err)
			}
		})
	}
}

func TestAnAddressIsCheckedAndSpokenWithoutSecrets(t *testing.T) {
	for _, good := range []string{"/srv/copies", "sftp://a:b@host/x?host_key=SHA256:abc", "s3://k:s@host/bucket"} {
		if err := CheckPlace(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "copies", "sftp://host/x?host_key=SHA256:abc", "sftp://a:secret@host/x", "s3://k@host/bucket", "s3://k:s@host", "ftp://a:b@c/d", "s3://k:se%zz@host/b"} {
		if err := CheckPlace(bad); err == nil || strings.Contains(err.Error(), "se%zz") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := Spoken("sftp://a:b@host/x?host_key=y&key_file=z"); got != "sftp://host/x" {
		t.Error(got)
	}
}

func TestAnotherHostKeyIsRefused(t *testing.T) {
	address := sftpServer(t)
	other, _, _ := strings.Cut(address, "host_key=")
	if _, err := OpenPlace(t.Context(), other+"host_key=SHA256:AAAA"); err == nil {
		t.Error("a stranger's key was trusted")
	}
}
