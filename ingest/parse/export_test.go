package parse

import "io"

// ReadLayout reads what pdftotext -bbox-layout prints.
func ReadLayout(r io.Reader, limits PDFLimits) (*PDF, error) {
	l, err := readLayout(r, limits)
	return l.pdf(), err
}
