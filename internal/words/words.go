package words

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"mtandao/internal/fault"
)

//go:embed en.toml
var english []byte

//go:embed sw.toml
var swahili []byte

// Lang is a language of the product.
type Lang string

// The languages.
const (
	English Lang = "en"
	Swahili Lang = "sw"
)

// Languages lists them, the default first.
var Languages = []Lang{English, Swahili}

// Parse reads a language from a URL or a record.
func Parse(s string) (Lang, bool) {
	l := Lang(strings.ToLower(s))
	return l, slices.Contains(Languages, l)
}

// catalogue is one language: texts without a placeholder or plural are answered without any work.
type catalogue struct {
	localizer *i18n.Localizer
	plain     map[string]string
	keys      map[string]string // key -> its text in all its forms
}

var catalogues = load()

func load() map[Lang]catalogue {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	all := map[Lang]catalogue{}
	for l, file := range map[Lang][]byte{English: english, Swahili: swahili} {
		parsed, err := bundle.ParseMessageFileBytes(file, string(l)+".toml")
		if err != nil {
			panic(fmt.Sprintf("words: %s.toml: %v", l, err)) // found by every test and at every start
		}
		c := catalogue{localizer: i18n.NewLocalizer(bundle, string(l)), plain: map[string]string{}, keys: map[string]string{}}
		for _, m := range parsed.Messages {
			c.keys[m.ID] = m.One + m.Other
			if m.One == "" && !strings.Contains(m.Other, "{{") {
				c.plain[m.ID] = m.Other
			}
		}
		all[l] = c
	}
	return all
}

// Text is the text of a key; args are name, value pairs for its placeholders, and "Count" chooses the plural. A key that
// does not exist gives "!key!".
func Text(l Lang, key string, args ...any) string {
	c, ok := catalogues[l]
	if !ok {
		c = catalogues[English]
	}
	if text, ok := c.plain[key]; ok {
		return text
	}
	if _, ok := c.keys[key]; !ok {
		return "!" + key + "!"
	}
	data := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		data[fmt.Sprint(args[i])] = args[i+1]
	}
	return c.fill(key, data)
}

func (c catalogue) fill(key string, data map[string]any) string {
	text, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["Count"]})
	if err != nil {
		return "!" + key + "!"
	}
	return text
}

// Fault is the outsider's sentence for an error.
func Fault(l Lang, err error) string {
	var args []any
	if e, ok := asFault(err); ok {
		for name, value := range e.Args {
			args = append(args, name, value)
		}
	}
	key := fault.KeyOf(err)
	if !Has(key) {
		key = "internal"
	}
	return Text(l, key, args...)
}

// Has says whether a key has a text.
func Has(key string) bool {
	_, ok := catalogues[English].keys[key]
	return ok
}

// Keys lists every key, sorted.
func Keys() []string {
	var keys []string
	for key := range catalogues[English].keys {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
