package incoming

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// mostUnpacked bounds what a packed file may grow to: what is read of it is kept in memory until it came in.
const mostUnpacked = 512 << 20

// unpacked is a file as it was before it was packed by gzip, as text in UTF-8 when it begins with a mark that says otherwise: PowerShell writes
// UTF-16.
func unpacked(in io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(in, 1<<16)
	if head, _ := r.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, invalid("incoming.torn", "Line", 1)
		}
		r = bufio.NewReaderSize(&bounded{z, mostUnpacked}, 1<<16)
	}
	switch head, _ := r.Peek(3); {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), nil
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		_, _ = r.Discard(3)
	}
	return r, nil
}

// bounded refuses to read on after so much.
type bounded struct {
	in   io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, invalid("incoming.too_large")
	}
	return n, err
}
