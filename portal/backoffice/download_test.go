package backoffice

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// served is the address of a server whose answers have little time, and which sends what write makes.
func served(t *testing.T, write func(context.Context, io.Writer) error) string {
	t.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true, WriteTimeout: 300 * time.Millisecond})
	app.Get("/", func(c *fiber.Ctx) error {
		return (&request{Ctx: c, office: &Backoffice{}}).download("a.pdf", "application/pdf", time.Minute, write)
	})
	line, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(line) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return "http://" + line.Addr().String()
}

var piece = bytes.Repeat([]byte("voucher "), 16<<10)

// TestADownloadMayTakeLongerThanAnAnswer: each piece has time of its own.
func TestADownloadMayTakeLongerThanAnAnswer(t *testing.T) {
	const pieces = 12
	answer, err := http.Get(served(t, func(_ context.Context, w io.Writer) error {
		for range pieces {
			if _, err := w.Write(piece); err != nil {
				return err
			}
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !bytes.Equal(body, bytes.Repeat(piece, pieces)) || answer.Header.Get("Content-Disposition") != `attachment; filename="a.pdf"` {
		t.Error(len(body), err, answer.Header)
	}
}

func TestADownloadThatFailsIsNoWholeFile(t *testing.T) {
	torn := errors.New("torn")
	half, err := http.Get(served(t, func(_ context.Context, w io.Writer) error {
		_, _ = w.Write(piece)
		return torn
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer half.Body.Close()
	if body, err := io.ReadAll(half.Body); err == nil {
		t.Errorf("%d bytes look like a whole file", len(body))
	}
	answer, err := http.Get(served(t, func(context.Context, io.Writer) error { return torn }))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusInternalServerError || answer.Header.Get("Content-Disposition") != "" {
		t.Errorf("before the first byte it is an error as any: %d", answer.StatusCode)
	}
}

// TestWhoLeavesStopsTheMaking: nobody prints for a browser that is gone.
func TestWhoLeavesStopsTheMaking(t *testing.T) {
	stopped := make(chan error, 1)
	answer, err := http.Get(served(t, func(_ context.Context, w io.Writer) (err error) {
		for err == nil {
			_, err = w.Write(piece)
		}
		stopped <- err
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(answer.Body, make([]byte, 1000))
	_ = answer.Body.Close()
	select {
	case err := <-stopped:
		if err == nil {
			t.Error("stopped without a cause")
		}
	case <-time.After(20 * time.Second):
		t.Error("still being made")
	}
}
