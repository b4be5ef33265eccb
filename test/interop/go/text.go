package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Chat-template tokens and fences, in lower case.
var markup = []string{"```", "<|", "|>", "[inst]", "[/inst]", "<s>", "</s>", "<<sys>>", "<</sys>>"}

// textProblem says what is wrong with a text of a record, or "" when nothing is.
func textProblem(text string, maxLength int) string {
	length := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text):
		return "is not UTF-8"
	case length < 1 || length > maxLength:
		return fmt.Sprintf("has %d code points, not 1 to %d", length, maxLength)
	case strings.ContainsFunc(text, isForbidden):
		return "holds a control, invisible or bidirectional character"
	case strings.TrimSpace(text) != text:
		return "begins or ends with white space"
	case !norm.NFC.IsNormalString(text):
		return "is not in normal form C"
	}
	lower := strings.Map(lowerASCII, text)
	for _, token := range markup {
		if strings.Contains(lower, token) {
			return "holds markup"
		}
	}
	return ""
}

func isForbidden(character rune) bool {
	switch {
	case character >= 0xfe00 && character <= 0xfe0f:
		return true
	case character == 0x115f || character == 0x1160 || character == 0x3164:
		return true
	case unicode.In(character, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
		return true
	}
	isAssigned := unicode.In(character, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
	return !isAssigned
}

func lowerASCII(character rune) rune {
	if character >= 'A' && character <= 'Z' {
		return character + 'a' - 'A'
	}
	return character
}
