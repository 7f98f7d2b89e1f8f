package paper

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mtandao/internal/fault"
)

// printed are the scripts whose letters the fonts have.
var printed = []string{"Latin", "Greek", "Cyrillic", "Ethiopic"}

// Plain is a text as paper has it: letters with their accents in one, and a line.
func Plain(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

// Printable says that paper can show a text: fault.Invalid "paper.script" names the script that it cannot, "paper.sign" the sign.
func Printable(s string) error {
	for _, r := range s {
		if Regular.Has(r) {
			continue
		}
		if script := scriptOf(r); script != "" && !slices.Contains(printed, script) {
			return fault.New(fault.Invalid, "paper.script", "Text", s, "Script", script)
		}
		return fault.New(fault.Invalid, "paper.sign", "Text", s, "Sign", fmt.Sprintf("%c (%U)", r, r))
	}
	return nil
}

// scriptOf is the Unicode name of a letter's script; empty for signs that all share.
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	return ""
}
