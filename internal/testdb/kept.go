package testdb

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/migrations"
)

// kept is a folder that fill made once for every test binary of these sources: a check runs a hundred of them, and each would spend the most of a second on
// what is the same for all. It is to be read only. What nobody used for an hour is removed when another is made.
func kept(what string, fill func(folder string) error) (string, error) {
	sum, err := sources()
	if err != nil {
		return "", err
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	base = filepath.Join(base, "mtandao-testdb")
	folder := filepath.Join(base, what+"-"+sum)
	now := clock.System().Now()
	if err := os.Chtimes(folder, now, now); err == nil {
		return folder, nil
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	sweep(base, now.Add(-time.Hour))
	making, err := os.MkdirTemp(base, "making-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(making)
	if err := fill(making); err != nil {
		return "", err
	}
	if err := os.Rename(making, folder); err != nil && !errors.Is(err, fs.ErrExist) { // another was faster
		return "", err
	}
	return folder, nil
}

// sweep removes what was last used before a time.
func sweep(base string, before time.Time) {
	all, _ := os.ReadDir(base)
	for _, entry := range all {
		if about, err := entry.Info(); err == nil && about.ModTime().Before(before) {
			_ = os.RemoveAll(filepath.Join(base, entry.Name()))
		}
	}
}

// sources sums up all that decides what a migrated empty database is: the migrations that it has, who runs them, what makes the copies, and the versions of the modules.
var sources = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	add := func(path string) error {
		body, err := os.ReadFile(path)
		if err == nil {
			fmt.Fprintln(sum, len(body), strings.TrimPrefix(path, root))
			sum.Write(body)
		}
		return err
	}
	if err := add(filepath.Join(root, "go.mod")); err != nil {
		return "", err
	}
	for _, folder := range []string{"internal/db", "internal/testdb"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return add(path)
		})
		if err != nil {
			return "", err
		}
	}
	err = fs.WalkDir(migrations.Files(), ".", func(path string, entry fs.DirEntry, err error) error { // those that this binary has, whatever the folder has by now
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(migrations.Files(), path)
		fmt.Fprintln(sum, len(body), path)
		sum.Write(body)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
})

// moduleRoot is the folder of go.mod: a test runs in the folder of its package.
func moduleRoot() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := here; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no folder above %s has a go.mod", here)
		}
	}
}
