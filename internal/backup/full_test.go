package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// fullPlace is a folder on a disk without room.
type fullPlace struct{ folder }

func (f fullPlace) Put(ctx context.Context, name, path string) error {
	to := f.path(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Symlink("/dev/full", to+unfinished)); err != nil {
		return err
	}
	return f.folder.Put(ctx, name, path)
}

// TestAFullDisk, here or at the place, is said, costs none of the copies that there are, and the next piece after it has
// everything.
func TestAFullDisk(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
		w.fill(0, 20)
		w.take()
		for key, take := range map[string]func() error{
			"backup.full_here": func() error {
				if err := os.Symlink("/dev/full", filepath.Join(w.Folder, "next.piece")); err != nil {
					t.Fatal(err)
				}
				_, err := w.Take(t.Context())
				return err
			},
			"backup.full_place": func() error {
				maker, err := readKey(w.Key)
				if err != nil {
					t.Fatal(err)
				}
				_, err = w.takeTo(t.Context(), fullPlace{folder(w.To)}, maker, false)
				return err
			},
		} {
			w.clock.Advance(5 * time.Minute)
			w.fill(100*len(key), 100*len(key)+20)
			before := filesAt(t, w.To)
			if err := take(); fault.KeyOf(err) != key {
				t.Errorf("%s: %v", key, err)
			}
			if after := filesAt(t, w.To); after != before {
				t.Errorf("%s: the place had %d files and has %d", key, before, after)
			}
			if left, _ := os.ReadDir(w.Folder); filesNamed(left, "next.piece") {
				t.Errorf("%s: half a piece stays here", key)
			}
			w.clock.Advance(5 * time.Minute)
			w.take()
			want := contents(t, d)
			_, back, _, err := w.restore(time.Time{})
			if err != nil {
				t.Fatal(key, err)
			}
			if got := contents(t, back); len(got) != len(want) {
				t.Errorf("%s: %d rows came back, %d were there", key, len(got), len(want))
			}
		}
	})
}

func filesNamed(all []os.DirEntry, name string) bool {
	for _, e := range all {
		if e.Name() == name {
			return true
		}
	}
	return false
}

// filesAt counts what lies at a place, unfinished files too.
func filesAt(t *testing.T, place string) (n int) {
	t.Helper()
	err := filepath.WalkDir(place, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
