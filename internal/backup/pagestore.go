package backup

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"mtandao/internal/db"
)

const pagePrefix = "page/"

// readPages shows the pages of an SQLite database as they are in one read transaction.
func readPages(ctx context.Context, d *db.DB, show func(key string, data []byte) error) (err error) {
	tx := d.Read(ctx).Begin(&sql.TxOptions{ReadOnly: true})
	if tx.Error != nil {
		return tx.Error
	}
	defer tx.Rollback()
	var tables int64
	if err := tx.Raw("SELECT COUNT(*) FROM sqlite_master").Scan(&tables).Error; err != nil { // from here on nothing changes
		return err
	}
	rows, err := tx.Raw("SELECT pgno, data FROM sqlite_dbpage").Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var number uint32
		var data sql.RawBytes
		if err := rows.Scan(&number, &data); err != nil {
			return err
		}
		if err := show(pagePrefix+string(binary.BigEndian.AppendUint32(nil, number)), data); err != nil {
			return err
		}
	}
	return rows.Err()
}

// pageFile is a database file that is put together from pages.
type pageFile struct {
	file *os.File
	size int // of a page
	last uint32
	had  uint32
}

func (p *pageFile) take(key string, data []byte) error {
	number := key[len(pagePrefix):]
	if len(number) != 4 || len(data) == 0 || p.size != 0 && len(data) != p.size {
		return errors.New("a page that is none")
	}
	p.size = len(data)
	n := binary.BigEndian.Uint32([]byte(number))
	p.last, p.had = max(p.last, n), p.had+1
	_, err := p.file.WriteAt(data, int64(n-1)*int64(p.size))
	return err
}

func (p *pageFile) close() error {
	var err error
	if p.had != p.last {
		err = fmt.Errorf("of %d pages %d are there", p.last, p.had)
	}
	return errors.Join(err, p.file.Sync(), p.file.Close())
}
