package mailbox

import (
	"regexp"
	"strings"
)

// begins are the lines with which programs begin what they repeat.
var begins = regexp.MustCompile(`(?i)^(?:-{2,} ?original message ?-{2,}|-{2,} ?ujumbe (?:asili|wa awali) ?-{2,}|on .{4,200} wrote:|mnamo .{4,200} (?:aliandika|ameandika):|le .{4,200} a écrit ?:)$`)

// fold parts the words of an e-mail from the earlier ones that it repeats at its end. What is quoted in the middle of an answer belongs to it.
func fold(text string) (fresh, quoted string) {
	var lines []string
	w := written{plain: -1, quoted: -1}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " ")
		switch {
		case strings.HasPrefix(line, ">"):
			w.quoted = len(lines)
		case line != "":
			w.plain = len(lines)
		}
		lines = append(lines, line)
	}
	at := len(lines)
	for n := range lines {
		if repeats(lines, n, w) {
			at = n
			break
		}
	}
	fresh = squeeze(lines[:at])
	if fresh == "" { // somebody wrote under what they quote, or forwards
		return squeeze(lines), ""
	}
	for len(lines) > at && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	for n, line := range lines[at:] {
		if !strings.HasPrefix(line, ">") {
			lines[at+n] = strings.TrimRight("> "+line, " ")
		}
	}
	return fresh, squeeze(lines[at:])
}

// written is where the last line stands that is quoted, and the last that says something and is not: each line is judged by it, and none looks through all
// that follow.
type written struct{ plain, quoted int }

// allQuoted says whether all lines from one on but empty ones are quoted.
func (w written) allQuoted(n int) bool { return w.plain < n }

// repeats says whether from here on everything is repeated.
func repeats(lines []string, n int, w written) bool {
	line := lines[n]
	next := func(k int) string {
		if n+k < len(lines) {
			return lines[n+k]
		}
		return ""
	}
	switch {
	case begins.MatchString(line), begins.MatchString(line + " " + next(1)):
		return w.allQuoted(n+3) || !strings.HasSuffix(line+next(1), ":") || w.quoted <= n
	case strings.HasPrefix(line, ">"):
		return w.allQuoted(n)
	case strings.Trim(line, "_") == "" && len(line) >= 20: // Outlook
		return strings.HasPrefix(next(1), "From:") || next(1) == "" && strings.HasPrefix(next(2), "From:")
	case strings.HasPrefix(line, "From:") && strings.HasPrefix(next(1), "Sent:"):
		return true
	}
	return false
}

// squeeze joins lines, with one empty line where there were several.
func squeeze(lines []string) string {
	var out []string
	for _, line := range lines {
		if line != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, line)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
