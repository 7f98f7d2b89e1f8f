package app

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// clockSkew is how far this machine is ahead of the database server; MariaDB only.
func (m *Main) clockSkew(ctx context.Context) (time.Duration, error) {
	var milliseconds int64
	err := m.DB.Read(ctx).Raw("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)").Scan(&milliseconds).Error
	return m.Clock.Now().Sub(time.UnixMilli(milliseconds)), db.Fault(err)
}

// memoryAndData are the octets that the database server keeps in memory at most, and those that our tables have; MariaDB only.
func (m *Main) memoryAndData(ctx context.Context) (memory, data int64, err error) {
	var row struct{ Memory, Data int64 }
	err = m.DB.Read(ctx).Raw("SELECT @@innodb_buffer_pool_size AS memory, CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) AS data FROM information_schema.tables WHERE table_schema = DATABASE()").Scan(&row).Error
	return row.Memory, row.Data, db.Fault(err)
}
