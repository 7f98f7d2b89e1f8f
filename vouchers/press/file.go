package press

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

const ending = ".part"

func (s *Service) path(id int64, one part) string {
	return filepath.Join(s.Folder, key(id)+"-"+strconv.Itoa(one.number)+ending)
}

func (s *Service) has(id int64, one part) bool {
	_, err := os.Stat(s.path(id, one))
	return err == nil
}

// sealed writes a part piece by piece; a piece opens at its own place only, and the last one as the last only.
type sealed struct {
	file    *os.File
	to      string
	keys    *seal.Keys
	purpose string
	piece   []byte
	n       int
}

const pieceBytes = 64 << 10

func purposeOf(id int64, one part) string {
	return fmt.Sprintf("voucher.print:%d:%d:%d-%d", id, one.number, one.first, one.last)
}

func (s *Service) create(id int64, one part) (*sealed, error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(s.Folder, key(id)+"-*"+".making")
	return &sealed{file: file, to: s.path(id, one), keys: s.Keys, purpose: purposeOf(id, one), piece: make([]byte, 0, pieceBytes)}, err
}

func (w *sealed) Write(all []byte) (int, error) {
	rest := all
	for len(rest) > 0 {
		if len(w.piece) == pieceBytes {
			if err := w.flush(""); err != nil {
				return 0, err
			}
		}
		n := min(pieceBytes-len(w.piece), len(rest))
		w.piece, rest = append(w.piece, rest[:n]...), rest[n:]
	}
	return len(all), nil
}

func (w *sealed) flush(end string) error {
	hidden, err := w.keys.Seal(w.purpose+":"+strconv.Itoa(w.n)+end, w.piece)
	if err != nil {
		return err
	}
	w.n, w.piece = w.n+1, w.piece[:0]
	if _, err = w.file.Write(binary.BigEndian.AppendUint32(nil, uint32(len(hidden)))); err == nil {
		_, err = w.file.Write(hidden)
	}
	return err
}

const lastPiece = ":last"

// keep makes the part stand whole in the folder.
func (w *sealed) keep() error {
	err := w.flush(lastPiece)
	if err == nil {
		err = w.file.Sync()
	}
	if err == nil {
		err = os.Rename(w.file.Name(), w.to)
	}
	return err
}

// drop closes the file, and removes it unless it was kept: then it has another name.
func (w *sealed) drop() {
	_ = w.file.Close() // it is synced, or not wanted
	_ = os.Remove(w.file.Name())
}

// copyPart writes a part in the clear.
func (s *Service) copyPart(w io.Writer, id int64, one part) error {
	file, err := os.Open(s.path(id, one))
	if errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.NotFound, "print.elsewhere", err)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 2*pieceBytes)
	for n := 0; ; n++ {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); err != nil {
			return err
		}
		if size > 2*pieceBytes {
			return fault.New(fault.Invalid, "seal.not_ours")
		}
		hidden := make([]byte, size)
		if _, err := io.ReadFull(in, hidden); err != nil {
			return err
		}
		end := ""
		if _, err := in.Peek(1); err == io.EOF {
			end = lastPiece
		}
		clear, err := s.Keys.Open(purposeOf(id, one)+":"+strconv.Itoa(n)+end, hidden)
		if err != nil {
			return err
		}
		if _, err := w.Write(clear); err != nil || end != "" {
			return err
		}
	}
}

// File is a print that can be had: its name and kind, and Write, which gives it away once.
type File struct {
	Name, Mime string
	Write      func(ctx context.Context, w io.Writer) error
}

// File is what a print has made; several parts are packed into one. Faults: fault.Conflict "print.not_ready", fault.NotFound
// "print.elsewhere" when it lies on another node.
func (s *Service) File(ctx context.Context, id int64, by vouchers.By) (File, error) {
	p, err := s.Get(ctx, id)
	if err != nil {
		return File{}, err
	}
	b, err := s.Vouchers.Batch(ctx, p.BatchID)
	if err != nil {
		return File{}, err
	}
	if p.State != Ready {
		return File{}, fault.New(fault.Conflict, "print.not_ready")
	}
	paper, err := s.Dress(p, b)
	if err != nil {
		return File{}, err
	}
	all := s.parts(p, paper)
	if slices.ContainsFunc(all, func(one part) bool { return !s.has(id, one) }) {
		return File{}, fault.New(fault.NotFound, "print.elsewhere")
	}
	f := File{Name: paper.File(p.First, p.Last), Mime: paper.Mime}
	write := func(w io.Writer) error { return s.copyPart(w, id, all[0]) }
	if len(all) > 1 {
		f.Name, f.Mime = strings.TrimSuffix(f.Name, filepath.Ext(f.Name))+".zip", "application/zip"
		write = func(w io.Writer) error { return s.pack(w, p, paper, all) }
	}
	f.Write = func(ctx context.Context, w io.Writer) error {
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.record(tx, by, "vouchers print taken", p) }); err != nil {
			return err
		}
		return write(w)
	}
	return f, nil
}

func (s *Service) pack(w io.Writer, p Print, paper *sheets.Paper, all []part) error {
	packed := zip.NewWriter(w)
	for _, one := range all {
		in, err := packed.CreateHeader(&zip.FileHeader{Name: paper.File(one.first, one.last), Method: zip.Store, Modified: p.CreatedAt})
		if err != nil {
			return err
		}
		if err := s.copyPart(in, p.ID, one); err != nil {
			return err
		}
	}
	return packed.Close()
}

// filed are the prints that have files here.
func (s *Service) filed() (ids []int64) {
	files, _ := os.ReadDir(s.Folder) // none when there is no folder yet
	for _, f := range files {
		name, _, _ := strings.Cut(f.Name(), "-")
		if id, err := strconv.ParseInt(name, 10, 64); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// remove takes a print's files away, here; what stays, Clean finds.
func (s *Service) remove(id int64) {
	files, _ := filepath.Glob(filepath.Join(s.Folder, key(id)+"-*")) // fails for bad patterns only
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.Log.Warn("a print's file stays", "file", f, "error", err)
		}
	}
}
