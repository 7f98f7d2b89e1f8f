package mikrotik

import "strings"

// plain are the bytes that stand for themselves inside a RouterOS string; every other one is written as two hexadecimal
// digits, so that no value can end its string, read a variable or run a command.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:/@=+!*&;'()<>"

// quote writes a value as a RouterOS string.
func quote(value string) string {
	const digits = "0123456789ABCDEF"
	var text strings.Builder
	text.WriteByte('"')
	for i := range len(value) {
		if c := value[i]; strings.IndexByte(plain, c) >= 0 {
			text.WriteByte(c)
		} else {
			text.WriteString(`\` + string(digits[c>>4]) + string(digits[c&15]))
		}
	}
	text.WriteByte('"')
	return text.String()
}
