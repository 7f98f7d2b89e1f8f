package mikrotik

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"
)

const (
	callLimit  = 10 * time.Second // when the caller's context sets none
	writeLimit = 5 * time.Second
)

// ErrClosed says that the connection is gone; whether the router carried out a call that was under way is not known.
var ErrClosed = errors.New("RouterOS API connection closed")

// Client is one API connection. Calls may run at the same time; each is told apart by its tag. A call whose context ends
// retires the connection: it takes no further call and closes when the others are done.
type Client struct {
	conn net.Conn

	writing sync.Mutex // one sentence at a time on the wire

	mu      sync.Mutex
	calls   map[string]*call
	live    int // calls that someone still waits for
	lastTag uint64
	retired bool
	err     error // why the connection is closed
}

type call struct {
	reply     *Reply
	trap      *DeviceError
	end       error
	abandoned bool // nobody waits any more
	done      chan struct{}
}

// Run sends a command and waits for all of its reply.
func (c *Client) Run(sentence ...string) (*Reply, error) {
	return c.RunContext(context.Background(), sentence...)
}

// RunArgs is Run with the words in a slice.
func (c *Client) RunArgs(sentence []string) (*Reply, error) { return c.Run(sentence...) }

// RunContext is Run, given up when ctx ends (after 10 s at the latest, when ctx has no deadline). A *DeviceError is the
// router's no; any other error leaves open whether the command was carried out.
func (c *Client) RunContext(ctx context.Context, sentence ...string) (*Reply, error) {
	if _, set := ctx.Deadline(); !set {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callLimit)
		defer cancel()
	}
	tag, waiting, err := c.register()
	if err != nil {
		return nil, err
	}
	if err := c.write(append(sentence[:len(sentence):len(sentence)], ".tag="+tag)); err != nil {
		c.fail(err)
	}
	select {
	case <-waiting.done:
	case <-ctx.Done():
		if c.giveUp(waiting) {
			return nil, ctx.Err()
		}
	}
	if waiting.end != nil {
		return nil, waiting.end
	}
	if waiting.trap != nil {
		return nil, waiting.trap
	}
	return waiting.reply, nil
}

// register must come before write: a reply may arrive before write returns.
func (c *Client) register() (string, *call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return "", nil, c.err
	}
	if c.retired {
		return "", nil, ErrClosed
	}
	c.lastTag++
	c.live++
	tag := strconv.FormatUint(c.lastTag, 10)
	waiting := &call{reply: &Reply{}, done: make(chan struct{})}
	c.calls[tag] = waiting
	return tag, waiting, nil
}

func (c *Client) write(words []string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	stop := time.AfterFunc(writeLimit, func() { _ = c.conn.Close() })
	defer stop.Stop()
	_, err := c.conn.Write(appendSentence(nil, words))
	return err
}

// giveUp says false when the reply came first.
func (c *Client) giveUp(waiting *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-waiting.done:
		return false
	default:
	}
	waiting.abandoned = true
	c.live--
	c.retired = true
	c.closeIfIdle()
	return true
}

// closeIfIdle needs c.mu.
func (c *Client) closeIfIdle() {
	if c.retired && c.live == 0 {
		_ = c.conn.Close()
	}
}

// Usable says whether a further call may be made.
func (c *Client) Usable() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err == nil && !c.retired
}

// Close ends the connection and every call under way.
func (c *Client) Close() error {
	c.fail(ErrClosed)
	return nil
}
