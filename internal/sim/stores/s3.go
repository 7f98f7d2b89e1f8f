package stores

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// S3 is one bucket of an S3-compatible store. Sums are not checked: it is not what a backup trusts.
type S3 struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// NewS3 is an empty bucket named copies.
func NewS3() *S3 { return &S3{objects: map[string][]byte{}} }

// Address is what MTANDAO_BACKUP_TO names it by when it is served at host.
func (b *S3) Address(host string) string {
	return "s3://access:se%2Fcret@" + host + "/copies/mtaani/net?plain=1&region=af-south-1"
}

func (b *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
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

func (b *S3) list(w http.ResponseWriter, prefix string) {
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
