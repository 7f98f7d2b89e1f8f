package people

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Guest is one person with a browser and a phone number.
type Guest struct {
	Client *http.Client
	Phone  string
}

// NewGuest makes a guest whose browser keeps no cookies.
func NewGuest(phone string) *Guest {
	return &Guest{Client: &http.Client{Timeout: 15 * time.Second}, Phone: phone}
}

var (
	form   = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*/buy[^"]*)"[^>]*>(.*?)</form>`)
	input  = regexp.MustCompile(`<input[^>]*>`)
	named  = regexp.MustCompile(`\bname="([^"]*)"`)
	valued = regexp.MustCompile(`\bvalue="([^"]*)"`)
	typed  = regexp.MustCompile(`\btype="([^"]*)"`)
)

// ErrNoForm says that the page sells nothing.
var ErrNoForm = errors.New("the page has no form to buy with")

// Buy opens an address, follows it to the price list, chooses the plan numbered choice (0 is the first), and pays with the
// guest's number. It returns the address of the order's page.
func (g *Guest) Buy(ctx context.Context, address string, choice int) (string, error) {
	page, at, err := g.get(ctx, address)
	if err != nil {
		return "", err
	}
	found := form.FindStringSubmatch(page)
	if found == nil {
		return at, ErrNoForm
	}
	fields, err := g.fill(found[2], choice)
	if err != nil {
		return at, err
	}
	target, err := resolve(at, html.UnescapeString(found[1]))
	if err != nil {
		return at, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(fields.Encode()))
	if err != nil {
		return at, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, landed, err := g.do(request)
	return landed, err
}

// fill completes the form: hidden fields as they are, one plan of those offered, the phone number.
func (g *Guest) fill(body string, choice int) (url.Values, error) {
	fields := url.Values{}
	var plans []string
	for _, tag := range input.FindAllString(body, -1) {
		name, value, kind := attribute(named, tag), attribute(valued, tag), attribute(typed, tag)
		switch {
		case name == "":
		case kind == "radio":
			plans = append(plans, name+"\x00"+value)
		case kind == "tel":
			fields.Set(name, g.Phone)
		default:
			fields.Set(name, value)
		}
	}
	if len(plans) == 0 {
		return nil, ErrNoForm
	}
	name, value, _ := strings.Cut(plans[choice%len(plans)], "\x00")
	fields.Set(name, value)
	return fields, nil
}

func attribute(pattern *regexp.Regexp, tag string) string {
	if found := pattern.FindStringSubmatch(tag); found != nil {
		return html.UnescapeString(found[1])
	}
	return ""
}

// See opens a page and returns its text.
func (g *Guest) See(ctx context.Context, address string) (string, error) {
	page, _, err := g.get(ctx, address)
	return page, err
}

func (g *Guest) get(ctx context.Context, address string) (page, at string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", "", err
	}
	return g.do(request)
}

func (g *Guest) do(request *http.Request) (page, at string, err error) {
	response, err := g.Client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	at = response.Request.URL.String()
	if err == nil && response.StatusCode >= 400 {
		err = fmt.Errorf("%s answered %s", at, response.Status)
	}
	return string(body), at, err
}

func resolve(base, reference string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	r, err := b.Parse(reference)
	if err != nil {
		return "", err
	}
	return r.String(), nil
}

// FirstRedirect is where an address sends a browser first; empty when it answers itself.
func FirstRedirect(address string) (string, error) {
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	location := response.Header.Get("Location")
	if location == "" {
		return "", nil
	}
	return resolve(address, location)
}
