package portal

import (
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"mtandao/internal/clock"
	"mtandao/portal/backoffice"
)

const (
	uploadsAt  = "/office/"
	importsAt  = "/office/imports/new"
	railFileAt = "/office/money/statements/new"
	mostImport = backoffice.MostImport + 64<<10 // bytes: the file, and the fields beside it
	importFor  = 5 * time.Minute                // on a slow line
	importsIn  = time.Minute
	importsAll = 6                            // large bodies in that time: they are read before anybody knows who sends them
	mostFile   = backoffice.MostFile + 64<<10 // bytes: a photograph or a paper of somebody, which browsers make smaller
	filesAll   = 12
)

// rooms gives forms with files of the staff's pages more room than any other request, and a few of them a lot of it.
type rooms struct {
	clock clock.Clock
	at    sync.Mutex
	since time.Time
	given map[string]int // by where they go
}

// give says how large a request may be, by its head.
func (r *rooms) give(h *fasthttp.RequestHeader) (c fasthttp.RequestConfig) {
	address := string(h.RequestURI())
	if !strings.HasPrefix(address, uploadsAt) || !strings.HasPrefix(string(h.ContentType()), fiber.MIMEMultipartForm) {
		return c
	}
	c.MaxRequestBodySize = maxUpload
	if len(h.Peek(fiber.HeaderCookie)) == 0 {
		return c
	}
	switch {
	case strings.HasPrefix(address, importsAt) || strings.HasPrefix(address, railFileAt):
		if r.large(importsAt, importsAll) {
			c.MaxRequestBodySize, c.ReadTimeout = mostImport, importFor
		}
	case strings.HasPrefix(address, backoffice.FileAdded):
		if r.large(backoffice.FileAdded, filesAll) {
			c.MaxRequestBodySize, c.ReadTimeout = mostFile, importFor
		}
	}
	return c
}

// large counts a large body to somewhere, unless there were too many lately.
func (r *rooms) large(to string, most int) bool {
	r.at.Lock()
	defer r.at.Unlock()
	if now := r.clock.Now(); now.Sub(r.since) >= importsIn {
		r.since, r.given = now, map[string]int{}
	}
	r.given[to]++
	return r.given[to] <= most
}
