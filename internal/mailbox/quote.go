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
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	at := len(lines)
	for n := range lines {
		if repeats(lines, n) {
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

// repeats says whether from here on everything is repeated.
func repeats(lines []string, n int) bool {
	line := lines[n]
	next := func(k int) string {
		if n+k < len(lines) {
			return lines[n+k]
		}
		return ""
	}
	switch {
	case begins.MatchString(line), begins.MatchString(line + " " + next(1)):
		return allQuoted(lines[n+1:], 2) || !strings.HasSuffix(line+next(1), ":") || !anyQuoted(lines[n+1:])
	case strings.HasPrefix(line, ">"):
		return allQuoted(lines[n:], 0)
	case strings.Trim(line, "_") == "" && len(line) >= 20: // Outlook
		return strings.HasPrefix(next(1), "From:") || next(1) == "" && strings.HasPrefix(next(2), "From:")
	case strings.HasPrefix(line, "From:") && strings.HasPrefix(next(1), "Sent:"):
		return true
	}
	return false
}

// allQuoted says whether all lines but empty ones and the first few are quoted.
func allQuoted(lines []string, but int) bool {
	for n, line := range lines {
		if line != "" && !strings.HasPrefix(line, ">") && n >= but {
			return false
		}
	}
	return true
}

func anyQuoted(lines []string) bool {
	for _, line := range lines {
		if strings.HasPrefix(line, ">") {
			return true
		}
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
