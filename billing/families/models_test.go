package families

import (
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &agreedRow{}, &monthRow{}) })
}
