package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// Gateway describes a request to any HTTP gateway. In URL and Body stand {to}, {text}, {from} and {id}; what is put in
// their place is escaped for the place, so that a text can never become a part of the request.
type Gateway struct {
	URL         string
	Method      string // POST when empty
	ContentType string // application/x-www-form-urlencoded when empty; application/json or text/xml
	Header      map[string]string
	Body        string
	Success     string // pattern in the answer of an accepted message; any answer of 2xx when empty
	ID          string // pattern with one group: the gateway's id of the message
	BalanceURL  string
	Balance     string // pattern with one group: what is left
	// Patterns in the body of a delivery report: its id (one group), delivered, failed.
	ReportID, ReportDelivered, ReportFailed string
}

var (
	placeShape  = regexp.MustCompile(`\{(to|text|from|id)\}`)
	headerShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
)

const (
	typeForm = "application/x-www-form-urlencoded"
	typeJSON = "application/json"
	typeXML  = "text/xml"
)

func (g Gateway) method() string {
	if g.Method == "" {
		return http.MethodPost
	}
	return g.Method
}

func (g Gateway) contentType() string {
	if g.ContentType == "" {
		return typeForm
	}
	return g.ContentType
}

// check says what is wrong: fault.Invalid "carrier.url", "carrier.method", "carrier.header", "carrier.pattern", "carrier.body".
func (g Gateway) check() error {
	switch {
	case !settings.SafeAddress(g.render(g.URL, typeForm, letter{to: "1", sender: "a"})) || g.movesHost() || g.BalanceURL != "" && !settings.SafeAddress(g.BalanceURL):
		return fault.New(fault.Invalid, "carrier.url")
	case !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut}, g.method()):
		return fault.New(fault.Invalid, "carrier.method")
	case !slices.Contains([]string{typeForm, typeJSON, typeXML}, g.contentType()):
		return fault.New(fault.Invalid, "carrier.body")
	}
	for name, value := range g.Header {
		if !headerShape.MatchString(name) || strings.ContainsAny(value, "\r\n\x00") {
			return fault.New(fault.Invalid, "carrier.header")
		}
	}
	for _, pattern := range []string{g.Success, g.ID, g.Balance, g.ReportID, g.ReportDelivered, g.ReportFailed} {
		if _, err := regexp.Compile(pattern); err != nil || len(pattern) > 300 {
			return fault.New(fault.Invalid, "carrier.pattern")
		}
	}
	for _, pattern := range []string{g.ID, g.Balance, g.ReportID} {
		if pattern != "" && regexp.MustCompile(pattern).NumSubexp() != 1 {
			return fault.New(fault.Invalid, "carrier.pattern")
		}
	}
	return g.checkBody()
}

// movesHost: no placeholder may stand where it chooses whom the message goes to.
func (g Gateway) movesHost() bool {
	_, rest, _ := strings.Cut(g.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return strings.Contains(host, "{")
}

func (g Gateway) checkBody() error {
	body := g.render(g.Body, g.contentType(), letter{to: "254700000000", sender: "A", content: content{Text: "\"\\\n<&]]>"}})
	whole := g.Body + g.URL
	bad := !strings.Contains(whole, "{to}") || !strings.Contains(whole, "{text}")
	if g.contentType() == typeJSON && g.method() != http.MethodGet {
		bad = bad || !json.Valid([]byte(body))
	}
	if bad {
		return fault.New(fault.Invalid, "carrier.body")
	}
	return nil
}

// render fills a template in one pass: what is filled in is never looked at again.
func (g Gateway) render(template, contentType string, l letter) string {
	values := map[string]string{"{to}": l.to, "{text}": l.content.Text, "{from}": l.sender, "{id}": strconv.FormatInt(l.id, 10)}
	return placeShape.ReplaceAllStringFunc(template, func(place string) string { return escape(contentType, values[place]) })
}

func escape(contentType, value string) string {
	switch contentType {
	case typeForm:
		return url.QueryEscape(value)
	case typeJSON:
		quoted, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(quoted[1 : len(quoted)-1])
	case typeXML:
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(value)) // a buffer takes everything
		return b.String()
	}
	return ""
}

// gateway is the driver of a described gateway.
type gateway struct {
	carrier Carrier
	web     *web
}

func (g *gateway) header() http.Header {
	h := http.Header{"Content-Type": {g.carrier.HTTP.contentType()}}
	for name, value := range g.carrier.HTTP.Header {
		h.Set(name, value)
	}
	return h
}

func (g *gateway) send(ctx context.Context, l letter) outcome {
	about := g.carrier.HTTP
	var body []byte
	if about.method() != http.MethodGet {
		body = []byte(about.render(about.Body, about.contentType(), l))
	}
	r, err := g.web.call(ctx, about.method(), about.render(about.URL, typeForm, l), g.header(), body)
	if o, failed := judge(r, err); failed {
		return o
	}
	if about.Success != "" && !regexp.MustCompile(about.Success).Match(r.body) {
		return outcome{verdict: refused, reason: "not_accepted"}
	}
	return outcome{verdict: accepted, providerID: group(about.ID, r.body)}
}

// group is what the one group of a pattern found; "" for nothing, or too much.
func group(pattern string, body []byte) string {
	if pattern == "" {
		return ""
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(body); len(m) == 2 && len(m[1]) <= 120 && isPrintable(m[1]) {
		return string(m[1])
	}
	return ""
}

func isPrintable(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r < '!' || r > '~' })
}

func (g *gateway) balance(ctx context.Context) (Cost, error) {
	about := g.carrier.HTTP
	if about.BalanceURL == "" {
		return Cost{}, fault.New(fault.NotFound, "carrier.balance")
	}
	r, err := g.web.call(ctx, http.MethodGet, about.BalanceURL, g.header(), nil)
	if _, failed := judge(r, err); failed {
		return Cost{}, fault.New(fault.Unavailable, "carrier.balance")
	}
	c, ok := ParseCost(group(about.Balance, r.body))
	if !ok {
		return Cost{}, fault.New(fault.Unavailable, "carrier.balance")
	}
	return c, nil
}

func (g *gateway) readReport(body []byte) (Report, error) {
	about := g.carrier.HTTP
	r := Report{ProviderID: group(about.ReportID, body), State: Sent}
	if r.ProviderID == "" {
		return Report{}, fault.New(fault.Invalid, "report.unreadable")
	}
	matches := func(pattern string) bool { return pattern != "" && regexp.MustCompile(pattern).Match(body) }
	if matches(about.ReportDelivered) {
		r.State = Delivered
	} else if matches(about.ReportFailed) {
		r.State, r.Reason = Failed, "reported"
	}
	return r, nil
}
