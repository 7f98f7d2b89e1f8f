package backup

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file, or a folder of files, that belongs to the copy under a name.
type File struct{ Name, Path string }

const (
	filePrefix = "file/"
	chunk      = 64 << 10
)

// passed over are the files of a folder that are nobody's record.
var passedOver = map[string]bool{"lock": true, "cursor.new": true}

// readFiles shows the files in chunks. One that goes while it is read was a spool's segment, and all of it is applied.
func readFiles(ctx context.Context, files []File, show func(key string, data []byte) error) error {
	for _, f := range files {
		err := filepath.WalkDir(f.Path, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() || passedOver[entry.Name()] {
				return err
			}
			inside, err := filepath.Rel(f.Path, path)
			if err != nil {
				return err
			}
			return errors.Join(ctx.Err(), readFile(path, filePrefix+filepath.ToSlash(filepath.Join(f.Name, inside)), show))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func readFile(path, key string, show func(key string, data []byte) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	buffer := make([]byte, chunk)
	for n := uint32(0); ; n++ {
		size, err := io.ReadFull(f, buffer)
		if size > 0 || n == 0 { // an empty file is a file
			if err := show(key+"\x00"+string(binary.BigEndian.AppendUint32(nil, n)), buffer[:size]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// writeFile puts a chunk back where the file of that name belongs.
func writeFile(files []File, key string, data []byte) error {
	name, number, ok := strings.Cut(strings.TrimPrefix(key, filePrefix), "\x00")
	if !ok || len(number) != 4 {
		return errors.New("a file without a name")
	}
	path, err := placeOf(files, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, int64(binary.BigEndian.Uint32([]byte(number)))*chunk)
	return errors.Join(err, f.Sync(), f.Close())
}

func placeOf(files []File, name string) (string, error) {
	for _, f := range files {
		if name == f.Name {
			return f.Path, nil
		}
		if inside, ok := strings.CutPrefix(name, f.Name+"/"); ok && filepath.IsLocal(inside) {
			return filepath.Join(f.Path, filepath.FromSlash(inside)), nil
		}
	}
	return "", errors.New("a file that has no place here: " + name)
}
