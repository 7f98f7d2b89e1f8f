package support

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Canned is an answer written beforehand, in each language, with placeholders such as {name}.
type Canned struct {
	ID      int64
	Name    string // for us
	Texts   map[words.Lang]string
	Version int64
}

// Placeholders are what a canned answer may leave open.
var Placeholders = []string{"{name}", "{reference}", "{provider}", "{phone}", "{member}"}

var placeholderShape = regexp.MustCompile(`\{[^{}]*\}`)

const (
	mostCannedName = 80
	mostCanned     = 200
)

// check tidies a canned answer; fault.Invalid "ticket.canned_name", "ticket.canned_en", "ticket.canned_sw" or "ticket.placeholder".
func (c Canned) check() (Canned, error) {
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	if n := utf8.RuneCountInString(c.Name); n == 0 || n > mostCannedName || !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, unicode.IsControl) {
		return c, fault.New(fault.Invalid, "ticket.canned_name")
	}
	texts := map[words.Lang]string{}
	for _, l := range words.Languages {
		text, err := tidyText(c.Texts[l])
		if err != nil {
			return c, fault.New(fault.Invalid, cannedWrong[l])
		}
		for _, place := range placeholderShape.FindAllString(text, -1) {
			if !slices.Contains(Placeholders, place) {
				return c, fault.New(fault.Invalid, "ticket.placeholder", "Placeholder", place)
			}
		}
		texts[l] = text
	}
	c.Texts = texts
	return c, nil
}

var cannedWrong = map[words.Lang]string{words.English: "ticket.canned_en", words.Swahili: "ticket.canned_sw"}

// Fill puts what is known in the places that a canned answer leaves open; what is not known is left out.
func (c Canned) Fill(l words.Lang, known map[string]string) string {
	text := placeholderShape.ReplaceAllStringFunc(c.Texts[l], func(place string) string { return known[place] })
	return strings.ReplaceAll(text, "  ", " ")
}

// SaveCanned makes a canned answer, or changes one that was read before. Faults of check; fault.Conflict "ticket.canned_taken" when there
// is one of that name or "ticket.canned_changed" when somebody was faster.
func (s *Service) SaveCanned(ctx context.Context, c Canned, by By) (saved Canned, err error) {
	if c, err = c.check(); err != nil {
		return c, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if saved, err = s.keepCanned(tx, c); err != nil {
			return err
		}
		if c.ID == 0 {
			return s.recordOf(tx, by, "canned answer made", "canned answer", saved.ID, nil, map[string]any{"name": saved.Name})
		}
		return s.recordOf(tx, by, "canned answer changed", "canned answer", saved.ID, nil, map[string]any{"name": saved.Name})
	})
	return saved, err
}

// RemoveCanned takes a canned answer away; what was answered with it stays. fault.NotFound "ticket.canned_unknown".
func (s *Service) RemoveCanned(ctx context.Context, cannedID int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		name, err := s.dropCanned(tx, cannedID)
		if err != nil {
			return err
		}
		return s.recordOf(tx, by, "canned answer removed", "canned answer", cannedID, map[string]any{"name": name}, nil)
	})
}
