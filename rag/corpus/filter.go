package corpus

import "slices"

// IsZero tells whether the filter lets everything through.
func (f *Filter) IsZero() bool {
	return len(f.SourceSites) == 0 && f.ContentType == "" && f.Language == "" &&
		f.DateFrom.IsZero() && f.DateTo.IsZero() && len(f.DocumentIDs) == 0 && len(f.Tags) == 0
}

// Match tells whether a document with this id and source passes the filter.
// It is the meaning that every store's filter is held to.
func (f *Filter) Match(documentID string, s *Source) bool {
	switch {
	case len(f.SourceSites) > 0 && !slices.Contains(f.SourceSites, s.SourceSite),
		f.ContentType != "" && f.ContentType != s.ContentType,
		f.Language != "" && f.Language != s.Language,
		len(f.DocumentIDs) > 0 && !slices.Contains(f.DocumentIDs, documentID),
		!f.DateFrom.IsZero() && (s.PublishedAt.IsZero() || s.PublishedAt.Before(f.DateFrom)),
		!f.DateTo.IsZero() && (s.PublishedAt.IsZero() || s.PublishedAt.After(f.DateTo)):
		return false
	}
	if len(f.Tags) == 0 {
		return true
	}
	return slices.ContainsFunc(f.Tags, func(t string) bool { return slices.Contains(s.Tags, t) })
}

// MayRead tells whether an asker who is known by these names may read a record
// with these readers. A record without readers may be read by nobody; an asker
// without names reads what is [Public].
func MayRead(readers, asker []string) bool {
	return slices.ContainsFunc(readers, func(r string) bool { return r == Public || slices.Contains(asker, r) })
}
