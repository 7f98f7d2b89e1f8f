package backup

import (
	"bytes"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/sim/stores"
)

// places are a fresh one of each kind, by name.
func places(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"folder": path.Join(t.TempDir(), "copies"), "sftp": sftpServer(t), "s3": s3Server(t)}
}

func sftpServer(t *testing.T) string {
	t.Helper()
	s, err := stores.NewSFTP(path.Join(t.TempDir(), "copies"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.Address()
}

func s3Server(t *testing.T) string {
	t.Helper()
	s := stores.NewS3()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s.Address(strings.TrimPrefix(server.URL, "http://"))
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
