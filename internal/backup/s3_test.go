package backup

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/sim/stores"
)

// bucket is an S3-compatible store that nobody here wrote, what was asked of it, and our client.
type bucket struct {
	*s3Place
	store *stores.S3
	mu    sync.Mutex
	sent  []string // numbers of the parts that came, in their order
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	b := &bucket{store: stores.NewS3()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := r.URL.Query().Get("partNumber"); n != "" && r.Method == http.MethodPut {
			b.mu.Lock()
			b.sent = append(b.sent, n)
			b.mu.Unlock()
		}
		b.store.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p, err := OpenPlace(t.Context(), b.store.Address(strings.TrimPrefix(server.URL, "http://")))
	if err != nil {
		t.Fatal(err)
	}
	b.s3Place = p.(*s3Place)
	return b
}

func (b *bucket) parts() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := strings.Join(b.sent, " ")
	b.sent = nil
	return all
}

// longFile is three parts and a bit.
func longFile(t *testing.T) (path string, sum digest) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "long")
	body := make([]byte, 3*partSize+12345)
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(body); i += 512 { // no part is like another
		body[i] = byte(r.Uint32())
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, sha256.Sum256(body)
}

func (b *bucket) holds(t *testing.T, name string, want digest) {
	t.Helper()
	in, err := b.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil || !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Errorf("%s came back changed: %v", name, err)
	}
}

func (b *bucket) left(t *testing.T) int {
	t.Helper()
	all, err := b.unended(t.Context(), b.folder())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestALongPieceGoesInPartsAndGoesOnWhereItStopped(t *testing.T) {
	b := newBucket(t)
	file, sum := longFile(t)
	if err := b.Put(t.Context(), "a/1.age", file); err != nil || b.parts() != "1 2 3 4" || b.left(t) != 0 {
		t.Fatalf("%v, %d left", err, b.left(t))
	}
	b.holds(t, "a/1.age", sum)

	b.store.Refuse(func(r *http.Request) bool { return r.URL.Query().Get("partNumber") == "3" })
	if err := b.Put(t.Context(), "a/2.age", file); err == nil {
		t.Fatal("a part was refused, and nobody says so")
	}
	if names, err := b.List(t.Context()); err != nil || len(names) != 1 || b.left(t) != 1 {
		t.Errorf("half a piece is listed: %v %v", names, err)
	}
	b.store.Refuse(nil)
	b.parts()
	if err := b.Put(t.Context(), "a/2.age", file); err != nil || b.left(t) != 0 {
		t.Fatalf("%v, %d left", err, b.left(t))
	}
	if again := b.parts(); again != "3 4" {
		t.Errorf("parts %s were sent again", again)
	}
	b.holds(t, "a/2.age", sum)

	// Everything arrived, and the last word did not.
	b.store.Refuse(func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") })
	if err := b.Put(t.Context(), "a/3.age", file); err == nil {
		t.Fatal("an upload that was not completed counts")
	}
	b.store.Refuse(nil)
	b.parts()
	if err := b.Put(t.Context(), "a/3.age", file); err != nil || b.parts() != "" {
		t.Errorf("%v", err)
	}
	b.holds(t, "a/3.age", sum)
}

func TestPartsThatNobodyWantsAreRemoved(t *testing.T) {
	b := newBucket(t)
	file, _ := longFile(t)
	b.store.Refuse(func(r *http.Request) bool { return r.URL.Query().Get("partNumber") == "2" })
	if err := b.Put(t.Context(), "a/1.age", file); err == nil {
		t.Fatal("a part was refused, and nobody says so")
	}
	b.store.Refuse(nil)
	now := time.Now()
	if err := b.Sweep(t.Context(), now.Add(-time.Hour)); err != nil || b.left(t) != 1 {
		t.Errorf("an upload that goes on was broken off: %v", err)
	}
	if err := b.Sweep(t.Context(), now.Add(time.Hour)); err != nil || b.left(t) != 0 {
		t.Errorf("%d are left: %v", b.left(t), err)
	}
	if err := b.Put(t.Context(), "a/1.age", file); err != nil {
		t.Error(err)
	}
}
