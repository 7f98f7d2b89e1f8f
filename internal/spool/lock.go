package spool

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"mtandao/internal/fault"
)

// lock takes the folder for this process; the kernel gives it back when the process dies, however it dies.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, failed(err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fault.Wrap(fault.Conflict, "spool.locked", err, "Folder", dir)
	}
	return nil, failed(err)
}

func failed(cause error) error { return fault.Wrap(fault.Unavailable, "spool.failed", cause) }
