package backoffice

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
)

// lineFor is how long a browser may take for each piece of a file.
const lineFor = 30 * time.Second

// download answers with a file that is still being made, so that none is kept: here or in memory. What fails before its first byte is an
// error as of any page; later the connection is cut, so that no browser takes the half for the whole.
func (q *request) download(name, mime string, most time.Duration, write func(context.Context, io.Writer) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	out, in := io.Pipe()
	go func() {
		var err error
		defer func() {
			if r := recover(); r != nil { // nobody else would: this is no handler
				err = fmt.Errorf("panic: %v", r)
				q.office.Log.Error("download", "file", name, "error", err)
			}
			_ = in.CloseWithError(err) // never fails; nil is the end of the file
			cancel()
		}()
		buffered := bufio.NewWriterSize(in, 64<<10)
		if err = write(ctx, buffered); err == nil {
			err = buffered.Flush()
		}
	}()
	body := &patient{from: bufio.NewReaderSize(out, 64<<10), pipe: out, line: q.Context().Conn()}
	if _, err := body.from.Peek(1); err != nil && err != io.EOF {
		cancel()
		return err
	}
	q.Set(fiber.HeaderContentType, mime)
	q.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	q.Set(fiber.HeaderCacheControl, "no-store")
	q.Set(fiber.HeaderContentEncoding, "identity") // it is packed already, and must not wait to be
	q.Context().SetBodyStream(body, -1)
	return nil
}

// patient gives each piece of a file time of its own; the server's is for a whole answer. Closed early, it stops the making.
type patient struct {
	from *bufio.Reader // no part of it: its WriteTo would go round Read
	pipe *io.PipeReader
	line net.Conn
}

func (p *patient) Read(piece []byte) (int, error) {
	n, err := p.from.Read(piece)
	if p.line != nil {
		_ = p.line.SetWriteDeadline(clock.System().Now().Add(lineFor)) // a dead line fails in the write
	}
	return n, err
}

func (p *patient) Close() error { return p.pipe.Close() }
