// Package lang knows the 22 scheduled languages of India and English: their
// codes, names, scripts and digits.
package lang

// Code names a language as the wire contract does: ISO 639-1 where one exists, else 639-3.
type Code string

// Script is an ISO 15924 code, such as Deva.
type Script string
