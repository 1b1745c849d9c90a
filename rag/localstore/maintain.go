package localstore

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"time"
)

const (
	logLimit   = 64 << 20 // bytes of the log from which on it is made a segment
	logsAhead  = 4        // logs of that size that may wait to be; then changes do
	mergeFrom  = 4        // segments of like size that are merged
	retryAfter = 10 * time.Second

	// readersTime is how long searches in old files are waited for, so that it is
	// not they who remove them: removing a large file takes a tenth of a second.
	readersTime = 200 * time.Millisecond
)

// maintain turns logs into segments and merges those, one step after the other,
// until the store is closed. Searches and changes go on meanwhile: a step takes
// the writer's lock to see what there is and to put its result in place.
func (s *Store) maintain(ctx context.Context) {
	defer close(s.maintained)
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		err := s.step(ctx)
		s.stuck.Store(err != nil)
		s.progress.broadcast()
		if err == nil || ctx.Err() != nil {
			continue
		}
		s.log.Error("the index cannot be rewritten", "error", err, "again_after", retryAfter)
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
			s.awaken()
		}
	}
}

// keepPace waits while logs come faster than they are made segments, so that
// memory stays bounded. It does not wait for a store that cannot be rewritten, or
// that takes no change.
func (s *Store) keepPace(ctx context.Context) error {
	for {
		happened := s.progress.wait()
		if s.logBytes.Load() <= logsAhead*s.logLimit.Load() || s.stuck.Load() || s.Check(ctx) != nil {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-happened:
		}
	}
}

// step does what has become necessary, as long as the store takes changes.
func (s *Store) step(ctx context.Context) error {
	if err := s.maintenance.take(ctx); err != nil {
		return err
	}
	defer s.maintenance.give()
	for {
		if s.Check(ctx) != nil {
			return nil
		}
		logs := s.logsAreLong()
		homes := s.crowded()
		if !logs && len(homes) == 0 {
			return nil
		}
		if logs {
			homes = nil
		}
		if err := s.rewrite(ctx, logs, homes, 2); err != nil {
			return err
		}
		s.progress.broadcast()
	}
}

// logsAreLong tells whether the logs are to become a segment.
func (s *Store) logsAreLong() bool {
	s.writer.lock()
	defer s.writer.give()
	if s.broken != nil {
		return false
	}
	return s.logBytes.Load() > s.logLimit.Load() || len(s.logs) > 1 || s.active.outdated()
}

// crowded gives segments that are worth rewriting: one of an earlier version, one of
// which half is dead, or several of one size. The caller holds s.maintenance.
func (s *Store) crowded() []*segment {
	byTier := map[int][]*segment{}
	for _, seg := range s.segments {
		live, all := seg.records()
		if live*2 < all || seg.file.outdated() {
			return []*segment{seg}
		}
		tier := 0
		for size := seg.size(); size > s.logLimit.Load()*3; size /= mergeFrom {
			tier++
		}
		byTier[tier] = append(byTier[tier], seg)
		if len(byTier[tier]) == mergeFrom {
			return byTier[tier]
		}
	}
	return nil
}

// records counts those of a segment, and all that its files hold.
func (s *segment) records() (live, all int) {
	all = s.own
	for _, f := range s.file.logs {
		all += f.records
	}
	for _, p := range s.parts {
		live += p.live()
	}
	return live, all
}

// size gives the bytes of the segment and the logs that it refers to.
func (s *segment) size() int64 {
	n := s.file.size
	for _, f := range s.file.logs {
		n += f.size
	}
	return n
}

// Compact makes one segment of all and removes the files before it, besides logs in
// which nothing is dead. What it is good for happens by itself, in steps. Searches
// and changes go on meanwhile.
func (s *Store) Compact(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.background, cancel)()
	if err := s.maintenance.take(ctx); err != nil {
		return s.rewriteFault(ctx, err)
	}
	defer s.maintenance.give()
	if s.logsWait() {
		if err := s.rewrite(ctx, true, nil, 1); err != nil {
			return err
		}
	}
	return s.rewrite(ctx, true, s.segments, 1)
}

// logsWait tells whether logs before the active one have yet to become a segment.
func (s *Store) logsWait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.logs) > 1
}

// rewriting is a new segment in the making.
type rewriting struct {
	homes map[*dataFile]bool
	moves map[string]*moving // of the tenants with records in homes
	kept  []*dataFile        // logs that the new segment will refer to
}

// moving says where the records of some parts of a tenant's version go.
type moving struct {
	view  *tenant
	from  []*part
	moved [][]uint32
}

// rewrite puts a new segment in the place of some, and of all logs but the
// active one, which it begins anew, when logs is set. The segment refers to those
// long logs of which one in so many records lives, or more. Stopped at any point, it
// leaves files that Open understands. The caller holds s.maintenance.
func (s *Store) rewrite(ctx context.Context, logs bool, segments []*segment, keep int) error {
	r, old, err := s.beginRewriting(ctx, logs, segments)
	if err != nil || r == nil {
		return err
	}
	defer r.release()
	r.keep(s.logLimit.Load()/2, keep)
	var seg *segment
	if len(r.moves) > 0 {
		gen := s.lastSegment + 1
		s.lastSegment = gen
		if seg, err = s.writeParts(ctx, r, s.path(gen, segmentSuffix), gen); err != nil {
			return s.rewriteFault(ctx, err)
		}
	}
	if err := s.install(r, seg); err != nil {
		return err
	}
	r.release()
	ctx, cancel := context.WithTimeout(ctx, readersTime)
	defer cancel()
	for _, f := range old {
		if r.retire(f) {
			f.awaitReaders(ctx)
		}
		if err := f.release(); err != nil {
			s.log.Warn("an old file was left behind until the next start", "file", f.path, "error", err)
		}
	}
	if seg != nil {
		s.log.Info("the index was rewritten", "file", seg.file.path, "bytes", seg.file.size, "of", len(old))
	}
	return nil
}

// rewriteFault gives the error for a segment or a copy that could not be written. The
// store goes on without.
func (s *Store) rewriteFault(ctx context.Context, err error) error {
	if s.closed.Load() {
		return closedFault()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		return writeFault(&WriteError{File: e.File, Err: e.Err})
	}
	return openFault(err)
}

// beginRewriting begins a new log, where one is wanted and none before the active
// one still waits, so that failures do not make more and more of them. It holds on
// to what is to be rewritten. old are the files that the new segment will replace.
func (s *Store) beginRewriting(ctx context.Context, logs bool, segments []*segment) (r *rewriting, old []*dataFile, err error) {
	if err := s.writer.take(ctx); err != nil {
		return nil, nil, s.rewriteFault(ctx, err)
	}
	defer s.writer.give()
	if s.broken != nil {
		return nil, nil, s.broken
	}
	if logs && (s.active.outdated() || len(s.logs) == 1 && s.active.size > int64(fileHeader)) {
		if err := s.rotate(); err != nil {
			return nil, nil, err
		}
	}
	if logs {
		old = append(old, s.logs[:len(s.logs)-1]...)
	}
	for _, seg := range segments {
		old = append(old, seg.file)
	}
	if len(old) == 0 || len(old) == 1 && len(segments) == 1 && segments[0].whole() {
		return nil, nil, nil
	}
	return s.hold(old), old, nil
}

// whole tells that nothing of a segment is dead.
func (s *segment) whole() bool {
	live, all := s.records()
	return live == all && !s.file.outdated()
}

// hold keeps the versions of tenants that have records in some files.
func (s *Store) hold(files []*dataFile) *rewriting {
	r := &rewriting{homes: map[*dataFile]bool{}, moves: map[string]*moving{}}
	for _, f := range files {
		r.homes[f] = true
	}
	s.collections.Range(func(name, c any) bool {
		m := &moving{view: c.(*collection).view()}
		if m.view != nil {
			for _, p := range m.view.parts {
				if r.homes[p.home] {
					m.from = append(m.from, p)
				}
			}
		}
		if len(m.from) > 0 {
			r.moves[name.(string)] = m
		} else {
			m.view.release()
		}
		return true
	})
	return r
}

// release lets go of what is held, once.
func (r *rewriting) release() {
	for _, m := range r.moves {
		m.view.release()
		m.view = nil
	}
}

// writeParts writes a segment of what r holds, and opens it. When it fails, there is no file.
func (s *Store) writeParts(ctx context.Context, r *rewriting, path string, gen uint64) (*segment, error) {
	f, err := writeSegment(ctx, path, gen, r.kept, slices.Sorted(maps.Keys(r.moves)), func(name string) (*draft, error) {
		m := r.moves[name]
		d, err := newDraft(ctx, m.from, m.view.version, true)
		if err == nil {
			m.moved = d.moved
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	if err := f.publish(s.syncDir); err != nil {
		return nil, err
	}
	var seg *segment
	if err = f.release(); err != nil {
		err = &WriteError{File: path, Err: err}
	} else {
		seg, err = openSegment(path, gen, r.log)
	}
	if err != nil {
		_ = os.Remove(path)
		return nil, err
	}
	return seg, nil
}

// install puts a segment in the place of what it was made of. Records that died
// since are dead in it too.
func (s *Store) install(r *rewriting, seg *segment) error {
	s.writer.lock()
	defer s.writer.give()
	if s.closed.Load() {
		if seg != nil {
			seg.file.retired.Store(true) // the manifest does not know it
			_ = seg.file.release()
		}
		return closedFault()
	}
	segments := slices.DeleteFunc(slices.Clone(s.segments), func(g *segment) bool { return r.homes[g.file] })
	if seg != nil {
		segments = append(segments, seg)
		for name, p := range seg.parts {
			r.moves[name].bury(p)
		}
	}
	logs := slices.DeleteFunc(slices.Clone(s.logs), func(f *dataFile) bool { return r.homes[f] })
	if err := s.writeManifest(logs, segments); err != nil {
		if seg != nil {
			seg.file.retired.Store(s.broken == nil) // else the manifest may know it
			_ = seg.file.release()
		}
		return err
	}
	for name := range r.moves {
		s.replaceParts(name, r, seg)
	}
	s.mu.Lock()
	s.segments, s.logs = segments, logs
	s.countLogs()
	s.mu.Unlock()
	return nil
}

// writeManifest says that the store is made of logs and segments. The caller holds s.writer.
func (s *Store) writeManifest(logs []*dataFile, segments []*segment) error {
	err := manifestOf(logs[0].gen, logs[0].firstSeq, segments).write(s.dir, s.syncDir)
	if e, ok := errors.AsType[*WriteError](err); ok {
		if e.Reopen {
			return s.refuse(writeFault(e))
		}
		return writeFault(e)
	}
	return err
}

// bury makes those records dead in a new part that died since.
func (m *moving) bury(p *part) {
	for i, from := range m.from {
		died := from.died.Load()
		if died == nil {
			continue
		}
		for slot := range *died {
			if at := (*died)[slot].Load(); at > m.view.version && m.moved[i][slot] != gone {
				p.kill(m.moved[i][slot], at)
			}
		}
	}
}

// replaceParts gives a tenant its part of the new segment. The version stays:
// it holds the same records.
func (s *Store) replaceParts(name string, r *rewriting, seg *segment) {
	c := s.collection(name)
	now := c.now.Load()
	var parts []*part
	if p := seg.parts[name]; p.live() > 0 {
		parts = append(parts, p)
	}
	for _, p := range now.parts {
		if !r.homes[p.home] {
			parts = append(parts, p)
		}
	}
	c.publish(newTenant(now.version, now.model, parts))
}

// rotate ends the active log and begins the next. The caller holds s.writer.
func (s *Store) rotate() error {
	gen := s.active.gen + 1
	next, err := createFile(s.path(gen, logSuffix), gen, logKind)
	if err == nil {
		err = next.publish(s.syncDir)
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		if e.Reopen {
			return s.refuse(writeFault(e))
		}
		return writeFault(e)
	}
	next.firstSeq = s.seq
	s.mu.Lock()
	s.logs = append(s.logs, next)
	s.countLogs()
	s.mu.Unlock()
	s.active = next
	s.forgetTerms()
	return nil
}

// countLogs sums the logs up. The caller holds s.writer and s.mu, so that the sum is
// that of the logs there are, or has the store alone.
func (s *Store) countLogs() {
	n := int64(0)
	for _, f := range s.logs {
		n += f.size
	}
	s.logBytes.Store(n)
}

// forgetTerms begins the numbers of terms anew, as each log does.
func (s *Store) forgetTerms() {
	s.collections.Range(func(_, c any) bool {
		c.(*collection).dict = nil
		return true
	})
}
