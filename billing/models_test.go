package billing

import (
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

func TestModelsMatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &orderRow{}, &paymentRow{}, &receiptRow{}, &claimRow{}, &graceRow{}, &creditRow{}, &phoneRow{}, &inboxRow{}, &tillRow{},
			&tillSiteRow{}, &tokenRow{}, &matchRow{}, &refundRow{}, &sendBackRow{}, &reversalRow{}, &codeRow{})
	})
}
