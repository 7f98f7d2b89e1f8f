package stores

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// S3 is one bucket of an S3-compatible store, in memory. Signatures are not checked, only whose they say they are.
type S3 struct {
	store   http.Handler
	refuses atomic.Pointer[func(r *http.Request) bool]
}

// NewS3 is an empty bucket named copies.
func NewS3() *S3 {
	backend := s3mem.New()
	_ = backend.CreateBucket("copies") // fails only when it is there
	return &S3{store: gofakes3.New(backend, gofakes3.WithTimeSkewLimit(0)).Server()}
}

// Address is what MTANDAO_BACKUP_TO names it by when it is served at host.
func (b *S3) Address(host string) string {
	return "s3://access:se%2Fcret@" + host + "/copies/mtaani/net?plain=1&region=af-south-1"
}

// Refuse answers the requests that which names as a store in trouble does; nil: none.
func (b *S3) Refuse(which func(r *http.Request) bool) { b.refuses.Store(&which) }

func (b *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	which := b.refuses.Load()
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "Credential=access/"):
		w.WriteHeader(http.StatusForbidden)
	case which != nil && *which != nil && (*which)(r):
		w.WriteHeader(http.StatusNotImplemented) // the client does not try that again by itself
	default:
		b.store.ServeHTTP(w, r)
	}
}
