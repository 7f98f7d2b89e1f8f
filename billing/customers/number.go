package customers

import (
	"slices"
	"strings"

	"mtandao/radius/access"
)

// numbers are short enough to type into a phone. Their check digit is Damm's: one wrong digit, or two neighbours swapped, is no number.
var numbers = access.CodeStyle{Random: numberLength - 1, Digits: true}

const (
	numberLength = 7
	digits10     = "0123456789"
)

// isNumber says whether s is in the form of an account number.
func isNumber(s string) bool {
	if len(s) != numberLength || !onlyDigits10(s) || s[0] == '0' {
		return false
	}
	_, ok := access.ReadCode(s)
	return ok
}

func onlyDigits10(s string) bool { return s != "" && strings.Trim(s, digits10) == "" }

// drawNumber makes a number that nobody can guess from another one. It begins with no zero, which spreadsheets lose.
func drawNumber() string {
	for {
		if number := string(numbers.New()); number[0] != '0' && !readsAsOrder(number) {
			return number
		}
	}
}

// readsAsOrder says whether a number after two letters that people write before it is in the form of an order's code.
func readsAsOrder(number string) bool {
	for _, before := range []string{"AC", "ID"} {
		if _, ok := access.ReadCode(before + number); ok {
			return true
		}
	}
	return false
}

// slips are what a number becomes by one wrong digit or two swapped neighbours.
func slips(number string) (all []string) {
	for i := range len(number) {
		for _, d := range digits10 {
			if byte(d) != number[i] {
				all = append(all, number[:i]+string(d)+number[i+1:])
			}
		}
		if i+1 < len(number) && number[i] != number[i+1] {
			all = append(all, number[:i]+string([]byte{number[i+1], number[i]})+number[i+2:])
		}
	}
	return all
}

// meantBy are the account numbers that one slip makes digits of.
func meantBy(digits string) (all []string) {
	all = slips(digits)
	for i := range len(digits) {
		all = append(all, digits[:i]+digits[i+1:])
	}
	for i := range len(digits) + 1 {
		for _, d := range digits10 {
			all = append(all, digits[:i]+string(d)+digits[i:])
		}
	}
	all = slices.DeleteFunc(all, func(n string) bool { return !isNumber(n) })
	slices.Sort(all)
	return slices.Compact(all)
}

// Grouped writes an account number for people: 123 4567.
func Grouped(number string) string {
	if len(number) != numberLength {
		return number
	}
	return number[:3] + " " + number[3:]
}

func trimZeros(digits string) string {
	if rest := strings.TrimLeft(digits, "0"); rest != "" {
		return rest
	}
	return digits
}

// shownNumber is an old number as it was written, on one line.
func shownNumber(typed string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
}
