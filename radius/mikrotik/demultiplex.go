package mikrotik

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
)

const mostRows = 100_000 // of one reply

func (c *Client) read() {
	r := bufio.NewReader(c.conn)
	for {
		words, err := readSentence(r)
		if err == nil {
			err = c.take(words)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

// take gives one reply to the call that it belongs to. An error closes the connection.
func (c *Client) take(words []string) error {
	s, err := parseSentence(words)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Word == "!fatal" {
		return &DeviceError{Message: s.Map["message"]}
	}
	waiting := c.calls[s.Tag]
	if waiting == nil {
		return fmt.Errorf("%w: a reply to no command", errProtocol)
	}
	switch s.Word {
	case "!re":
		if !waiting.abandoned {
			waiting.reply.Re = append(waiting.reply.Re, s)
		}
		if len(waiting.reply.Re) > mostRows {
			return fmt.Errorf("%w: too many rows", errProtocol)
		}
	case "!empty":
	case "!trap":
		if waiting.trap == nil {
			waiting.trap = &DeviceError{Message: s.Map["message"], Category: s.Map["category"]}
		}
	case "!done":
		waiting.reply.Done = s
		c.finish(s.Tag, waiting)
	default:
		return fmt.Errorf("%w: reply word %.20q", errProtocol, s.Word)
	}
	return nil
}

// finish needs c.mu.
func (c *Client) finish(tag string, waiting *call) {
	delete(c.calls, tag)
	close(waiting.done)
	if !waiting.abandoned {
		c.live--
	}
	c.closeIfIdle()
}

// fail closes the connection and ends every call with the cause. The first cause stays.
func (c *Client) fail(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.Close()
	if c.err == nil {
		c.err = closedBy(cause)
	}
	for tag, waiting := range c.calls {
		waiting.end = c.err
		c.finish(tag, waiting)
	}
}

// closedBy makes every cause recognisable as ErrClosed, and keeps a router's own last word (!fatal) readable.
func closedBy(cause error) error {
	if errors.Is(cause, ErrClosed) || errors.Is(cause, io.EOF) || errors.Is(cause, net.ErrClosed) {
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrClosed, cause)
}
