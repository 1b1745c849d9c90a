package parse

import (
	"strings"
	"time"
)

// dateLayouts are what files and pages write. A day that stands before its month
// is read the Indian way; a time without a zone is taken as UTC.
var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "20060102",
	time.RFC1123Z, time.RFC1123, "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006",
	"02-01-2006", "02/01/2006", "02.01.2006", "2006-01", "2006",
	"D:20060102150405-07'00'", "D:20060102150405-07'00", "D:20060102150405Z00'00'", "D:20060102150405Z", "D:20060102150405", "D:200601021504", "D:20060102", "D:200601", "D:2006",
}

// parseDate reads a date; the zero time when it is none, or none that can be true.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return time.Time{}
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1000 && t.Year() < 3000 {
			return t.UTC()
		}
	}
	return time.Time{}
}
