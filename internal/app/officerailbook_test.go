package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/billing/railbook"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// tillStatement is a statement of the demo's till, with some payments and some of them taken back.
func (s *Stage) tillStatement(t *testing.T, rows ...string) string {
	t.Helper()
	tills, err := s.Main.Billing.Tills(t.Context())
	if err != nil || len(tills) == 0 {
		t.Fatal(err)
	}
	return "Organization Name,Baraka\nShort Code," + tills[0].ShortCode + "\n\nReceipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\n" + strings.Join(rows, "\n") + "\n"
}

func paidRow(receipt string, shillings int) string {
	return fmt.Sprintf(`%s,03-03-2027 10:15:20,03-03-2027 10:15:19,Pay Bill from 254712***678 - JANE W,Completed,"%d.00",,9000.00,true,Pay Utility,254712***678 - JANE W,,KIOSK`, receipt, shillings)
}

func reversedRow(code, receipt string, shillings int) string {
	return fmt.Sprintf(`%s,03-03-2027 11:15:20,03-03-2027 11:15:20,Pay Bill Reversal,Completed,,-%d.00,9000.00,true,Pay Bill Reversal,254712***678 - JANE W,%s,`, code, shillings, receipt)
}

func chargeRow(receipt string, shillings int) string {
	return fmt.Sprintf(`%s,03-03-2027 11:15:20,03-03-2027 11:15:20,Pay Bill Reversal Charge,Completed,,-%d.00,8997.00,true,Reversal Charge,600100 - BARAKA,,`, receipt, shillings)
}

// strayed is money at the demo's till that nobody knows the owner of.
func (s *Stage) strayed(t *testing.T, receipt string, shillings int64) int64 {
	t.Helper()
	tills, err := s.Main.Billing.Tills(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Main.Billing.Settle(t.Context(), billing.Evidence{Kind: billing.ByConfirm, TillID: tills[0].ID, Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0"}, Receipt: receipt, Amount: money.Shillings(shillings),
		Payer: "2547 ***** 901", Reference: "KIOSK", At: s.Main.Clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return out.ReceiptID
}

// stating is a statement that waits to be confirmed.
func (s *Stage) stating(t *testing.T) int64 {
	t.Helper()
	s.strayed(t, "SKS0000001", 150)
	text := s.tillStatement(t, paidRow("SKS0000001", 150), reversedRow("SKT0000001", "SKS0000001", 150), "nonsense,03-03-2027 10:15:20,,Pay Bill,Completed,5,,,,,,,")
	f, err := s.Main.RailBook.Bring(t.Context(), 0, "march.csv", strings.NewReader(text), railbook.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s.stated(t, f.ID, railbook.Told)
	return f.ID
}

func (s *Stage) stated(t *testing.T, id int64, state string) {
	t.Helper()
	until(t, 60*time.Second, "the statement is "+state, func() bool {
		f, err := s.Main.RailBook.File(context.Background(), id)
		return err == nil && f.State == state
	})
}

// TestAStatementFromThePage is uploaded, looked at, confirmed and kept through the console: a payment that M-Pesa took back is gone, and its receipt says so.
func TestAStatementFromThePage(t *testing.T) {
	s := openStage(t, 1)
	manager, cashier := s.hire(t, "reads@demo.example", nil, "manager"), s.hire(t, "till@demo.example", nil, "cashier")
	if got := cashier.ask(http.MethodGet, "/office/money/statements", nil); got.status != http.StatusForbidden {
		t.Errorf("a cashier: %d", got.status)
	}
	receipt := s.strayed(t, "SKS0000001", 150)
	s.strayed(t, "SKS0000002", 70)
	text := s.tillStatement(t, paidRow("SKS0000001", 150), paidRow("SKS0000002", 70), reversedRow("SKT0000001", "SKS0000001", 150), reversedRow("SKT0000002", "SKS0000009", 40), chargeRow("SKT0000001", 3), "nonsense,03-03-2027 10:15:20,,Pay Bill,Completed,5,,,,,,,")
	if answer, body := manager.upload("/office/money/statements/new", map[string]string{"till": ""}, "file", "empty.csv", ""); answer.StatusCode != http.StatusBadRequest || !strings.Contains(body, "Choose a file") {
		t.Errorf("no file: %d", answer.StatusCode)
	}
	answer, body := manager.upload("/office/money/statements/new", map[string]string{"till": ""}, "file", "march.csv", text)
	at := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, "/office/money/statements/") {
		t.Fatalf("%d to %q: %.300s", answer.StatusCode, at, body)
	}
	id := idOf(t, strings.TrimPrefix(at, "/office/money/statements/"))
	s.stated(t, id, railbook.Told)
	has := func(path string, wants ...string) {
		t.Helper()
		got := manager.ask(http.MethodGet, path, nil)
		for _, want := range wants {
			if got.status != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s answers %d and has no %q", path, got.status, want)
			}
		}
	}
	has(at, "To be confirmed", "2 payments taken back by M-Pesa", "Taken out of the money of nobody", "Its payment is not here yet", "1 row that cannot be read", "is no receipt number of M-Pesa", "KES 220", "KES 190", "KES 3; they go to the books as payment fees when you confirm")
	has("/office/money/statements", "march.csv", "To be confirmed")
	has("/office/money", "M-Pesa statements")
	has(at+"/confirm", "Keep march.csv?", "5 new lines are kept. 2 payments were taken back", "KES 3, go to the books as payment fees", "This cannot be undone.")
	done(t, manager.press(at+"/confirm", "/confirm", nil))
	s.stated(t, id, railbook.Taken)
	has(at, "Kept", "It is done:", "KES 3, booked as payment fees")
	if fees, err := s.Main.Ledger.Balance(t.Context(), ledger.RailFees, ""); err != nil || fees.Cents != 3_00 {
		t.Errorf("%v of payment fees are in the books: %v", fees, err)
	}
	has("/office/receipts/"+number(receipt), "Taken back by M-Pesa", "KES 150 on", "SKT0000001")
	has("/office/money", "Taken back by M-Pesa")
	if got := manager.press(at+"/drop", "/drop", nil); got.status == http.StatusSeeOther && strings.HasSuffix(got.location, "/statements") {
		t.Error("a statement that is kept was removed")
	}
	s.commandReads(t, text)
	verifyBooks(t, s.Main)
}

// commandReads reads the same by the command: nothing is new, and what is waits still.
func (s *Stage) commandReads(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "march.csv")
	if err := os.WriteFile(file, []byte(text+paidRow("SKS0000003", 5)+"\n"+reversedRow("SKT0000003", "SKS0000002", 70)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	run := func(cmd moneyStatementCommand) string {
		t.Helper()
		out.Reset()
		cmd.File = file
		if err := cmd.tell(&console{Context: t.Context(), stdout: &out}, s.Main); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	dry := run(moneyStatementCommand{DryRun: true})
	for _, want := range []string{"in       1 new, 2 known", "reversal 1 new, 2 known", "charge   0 new, 1 known", "row 8  SKT0000002 of SKS0000009, KES 40: its payment is not here yet", "SKT0000003 of SKS0000002, KES 70: It would be so: taken out of the money of nobody.", "Nothing was changed."} {
		if !strings.Contains(dry, want) {
			t.Errorf("the dry run does not say %q:\n%s", want, dry)
		}
	}
	var r statementReport
	if err := json.Unmarshal([]byte(run(moneyStatementCommand{JSON: true})), &r); err != nil || r.DryRun || r.Wrong != 1 || len(r.Reversals) != 3 || r.Reversals[2].State != "taken" || r.Reversals[2].Placed != "suspense" {
		t.Errorf("%+v, %v", r, err)
	}
	if again := run(moneyStatementCommand{}); !strings.Contains(again, "in       0 new, 3 known") {
		t.Error(again)
	}
	cmd := moneyStatementCommand{File: file, Till: "none"}
	if err := cmd.tell(&console{Context: t.Context(), stdout: &out}, s.Main); fault.KeyOf(err) != "till.unknown" {
		t.Error(err)
	}
}
