package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folder is a place on a disk: a second disk, or another machine's that is mounted.
type folder string

const unfinished = ".part"

func (f folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

func (f folder) Put(_ context.Context, name, path string) error {
	to := f.path(name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to+unfinished, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	if err := copied(synced{out}, from); err != nil {
		return errors.Join(err, os.Remove(to+unfinished))
	}
	return errors.Join(os.Rename(to+unfinished, to), syncFolder(filepath.Dir(to)), syncFolder(string(f)))
}

// synced is a file whose bytes are on the disk when it is closed.
type synced struct{ *os.File }

func (s synced) Close() error { return errors.Join(s.Sync(), s.File.Close()) }

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (f folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(f.path(name))
}

func (f folder) List(ctx context.Context) (names []string, err error) {
	if info, err := os.Stat(string(f)); err == nil && !info.IsDir() {
		return nil, errors.New(string(f) + " is not a folder")
	}
	err = filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || strings.HasSuffix(path, unfinished) {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(string(f), path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

func (f folder) Remove(_ context.Context, name string) error {
	err := os.Remove(f.path(name))
	_ = os.Remove(filepath.Dir(f.path(name))) // goes only with its last piece
	return err
}

func (f folder) Sweep(ctx context.Context, before time.Time) error {
	err := filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, unfinished) {
			return errors.Join(err, ctx.Err())
		}
		return removeOld(path, entry, before)
	})
	return err
}

func removeOld(path string, entry fs.DirEntry, before time.Time) error {
	info, err := entry.Info()
	if err == nil && info.ModTime().Before(before) {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sweepPieces removes pieces that a process was making when it ended.
func sweepPieces(folder string, before time.Time) error {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "piece-") {
			err = errors.Join(err, removeOld(filepath.Join(folder, e.Name()), e, before))
		}
	}
	return err
}

func (folder) Close() error { return nil }
