package notify

import (
	"strings"
	"unicode/utf16"
)

// The GSM 7-bit alphabet (3GPP TS 23.038): its basic table, and what costs an escape and so counts two.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// Encodings of an SMS.
const (
	GSM7 = "GSM-7"
	UCS2 = "UCS-2"
)

// Size is what an SMS takes: septets or 16-bit units, and the parts that are paid for.
type Size struct {
	Encoding     string
	Units, Parts int
}

// Measure counts a text as the networks do. One character outside GSM-7 makes the whole message UCS-2; a part never ends
// inside an escaped pair or a surrogate pair.
func Measure(text string) Size {
	size := Size{Encoding: GSM7}
	widths, single, split := gsmWidths(text), 160, 153
	if widths == nil {
		size.Encoding, widths, single, split = UCS2, ucsWidths(text), 70, 67
	}
	part := 0
	for _, w := range widths {
		size.Units += w
		if part+w > split {
			size.Parts, part = size.Parts+1, 0
		}
		part += w
	}
	if size.Units <= single {
		size.Parts = min(1, size.Units)
	} else {
		size.Parts++
	}
	return size
}

// gsmWidths is nil when a character is outside the alphabet.
func gsmWidths(text string) []int {
	widths := make([]int, 0, len(text))
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			widths = append(widths, 1)
		case strings.ContainsRune(gsmExtended, r):
			widths = append(widths, 2)
		default:
			return nil
		}
	}
	return widths
}

func ucsWidths(text string) []int {
	widths := make([]int, 0, len(text))
	for _, r := range text {
		widths = append(widths, utf16.RuneLen(r))
	}
	return widths
}

var plainer = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "ʼ", "'", "`", "'", "´", "'", "“", "\"", "”", "\"", "„", "\"",
	"–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "…", "...", "\u00a0", " ", "\u202f", " ", "\u2009", " ", "\t", " ",
	"•", "*", "·", ".", "ç", "c", "×", "x", "\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "")

// Plain writes typographic characters in those of GSM-7, for one of them would double the price of the message.
func Plain(text string) string { return plainer.Replace(text) }
