package backup

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"filippo.io/age"
)

// hashes is a snapshot: the hash of each block by its key.
type hashes map[string]digest

type digest = [sha256.Size]byte

// root is one hash over a whole snapshot: over its files, and over the database's blocks; of a database whose changes are
// followed, those of the chain's day.
func root(files hashes, data digest) digest {
	of := files.root()
	return sha256.Sum256(append(of[:], data[:]...))
}

// parted tells the files of a snapshot from the database's blocks.
func (h hashes) parted() (files, data hashes) {
	files, data = hashes{}, hashes{}
	for key, hash := range h {
		if strings.HasPrefix(key, filePrefix) {
			files[key] = hash
		} else {
			data[key] = hash
		}
	}
	return files, data
}

func (h hashes) root() digest {
	sum := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(h)) {
		one := h[key]
		_, _ = sum.Write(binary.BigEndian.AppendUint32(nil, uint32(len(key))))
		_, _ = sum.Write([]byte(key))
		_, _ = sum.Write(one[:])
	}
	return digest(sum.Sum(nil))
}

// A piece is encrypted, inside that compressed, and inside that a run of records: kind, length of key, length of data, key,
// data. The first is the head, the last the root.
const (
	recordHead  = 'h'
	recordBlock = 'b'
	recordGone  = 'g'
	recordRows  = 'u' // rows as they became, in place of blocks, by their table
	recordDead  = 'd' // keys of rows that went
	recordRoot  = 'r'
)

const (
	mostKey  = 64 << 10
	mostData = 64 << 20
)

// head is what a piece says of itself, where nobody without the key can change it.
type head struct {
	Format  int    `json:"format"`
	Dialect string `json:"dialect"`
	Chain   string `json:"chain"`
	Number  int    `json:"number"`
	Parent  string `json:"parent"` // the hash of the parent's bytes; empty for a day
}

const format = 1

// errCut is a piece that ends before its root.
var errCut = errors.New("it ends before its end")

// writer makes a piece.
type writer struct {
	layers []io.WriteCloser // outermost first
	out    *bufio.Writer
}

func newWriter(out io.Writer, to age.Recipient, h head) (*writer, error) {
	sealed, err := age.Encrypt(out, to)
	if err != nil {
		return nil, err
	}
	packed, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &writer{layers: []io.WriteCloser{sealed, packed}, out: bufio.NewWriterSize(packed, 64<<10)}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return w, w.record(recordHead, "", text)
}

func (w *writer) record(kind byte, key string, data []byte) error {
	start := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(key)))
	start = binary.BigEndian.AppendUint32(start, uint32(len(data)))
	_, err := w.out.Write(start)
	_, e := w.out.WriteString(key)
	_, f := w.out.Write(data)
	return errors.Join(err, e, f)
}

// close ends the piece with the root of the snapshot.
func (w *writer) close(root digest) error {
	err := errors.Join(w.record(recordRoot, "", root[:]), w.out.Flush())
	for _, layer := range slices.Backward(w.layers) {
		err = errors.Join(err, layer.Close())
	}
	return err
}

// readPiece opens a piece and shows each record behind its head.
func readPiece(in io.Reader, key age.Identity, show func(kind byte, key string, data []byte) error) (head, error) {
	var h head
	opened, err := age.Decrypt(in, key)
	if err != nil {
		return h, err
	}
	packed, err := gzip.NewReader(opened)
	if err != nil {
		return h, err
	}
	r := bufio.NewReaderSize(packed, 64<<10)
	kind, _, text, err := readRecord(r)
	if err != nil || kind != recordHead {
		return h, errors.Join(errCut, err)
	}
	if err := json.Unmarshal(text, &h); err != nil || h.Format != format {
		return h, errors.Join(errors.New("its format is not known to this program"), err)
	}
	for {
		kind, key, data, err := readRecord(r)
		if err != nil {
			return h, errors.Join(errCut, err)
		}
		if err := show(kind, key, data); err != nil || kind == recordRoot {
			return h, err
		}
	}
}

func readRecord(r io.Reader) (kind byte, key string, data []byte, err error) {
	var start [9]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return 0, "", nil, err
	}
	keyLength, dataLength := binary.BigEndian.Uint32(start[1:]), binary.BigEndian.Uint32(start[5:])
	if keyLength > mostKey || dataLength > mostData {
		return 0, "", nil, errors.New("a record is longer than any")
	}
	both := make([]byte, keyLength+dataLength)
	_, err = io.ReadFull(r, both)
	return start[0], string(both[:keyLength]), both[keyLength:], err
}
