package words

// Cut keeps so many characters of a text.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for at := range text {
		if most--; most < 0 {
			return text[:at]
		}
	}
	return text
}
