package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

const cursorBytes = 8 + 4

// loadCursor reads the last number applied. A cursor that is absent or damaged counts as 0: what is still on the disk
// is handed over again, which at-least-once allows.
func loadCursor(dir string) (uint64, error) {
	data, err := os.ReadFile(filepath.Join(dir, "cursor"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return decodeCursor(data), nil
}

func decodeCursor(data []byte) uint64 {
	if len(data) != cursorBytes || crc32.Checksum(data[:8], castagnoli) != binary.BigEndian.Uint32(data[8:]) {
		return 0
	}
	return binary.BigEndian.Uint64(data)
}

func encodeCursor(seq uint64) []byte {
	data := binary.BigEndian.AppendUint64(nil, seq)
	return binary.BigEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
}

// saveCursor replaces the cursor; after a crash it is the old one or the new one, never half of each.
func saveCursor(dir string, seq uint64) error {
	fresh := filepath.Join(dir, "cursor.new")
	if err := writeSynced(fresh, encodeCursor(seq)); err != nil {
		return err
	}
	if err := os.Rename(fresh, filepath.Join(dir, "cursor")); err != nil {
		return err
	}
	return syncDir(dir)
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
