package localstore

import (
	"context"
	"errors"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// groupBytes is how large a frame may get before no further waiting change joins it.
const groupBytes = 8 << 20

// change is an Upsert, a Delete or, with both, a Replace on its way to the disk.
type change struct {
	ctx  context.Context
	recs []rag.Record
	sel  *rag.Selector // applied after recs
	done chan struct{} // closed when err is known
	err  error
}

// Upsert implements [rag.Store]. A batch may hold records of several tenants and
// of at most 256 MB; a larger one is PAYLOAD_TOO_LARGE, as are more names to delete.
// When the disk refuses it, the error is SERVICE_UNAVAILABLE around a [*WriteError]. The
// error of a context says that nothing was written.
func (s *Store) Upsert(ctx context.Context, recs []rag.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := rag.CheckRecords(recs); err != nil || len(recs) == 0 {
		return err
	}
	if err := s.keepPace(ctx); err != nil {
		return err
	}
	return s.submit(ctx, recs, nil)
}

// Replace implements [rag.Store]. Its errors are those of Upsert.
func (s *Store) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := rag.CheckReplace(tenant, documents, recs); err != nil {
		return err
	}
	if err := s.keepPace(ctx); err != nil {
		return err
	}
	keep := make([]string, len(recs))
	for i := range recs {
		keep[i] = recs[i].Chunk.ID
	}
	if len(documents) == 0 {
		return nil
	}
	return s.submit(ctx, recs, &rag.Selector{Tenant: tenant, Documents: documents, Except: keep})
}

// Delete implements [rag.Store]. Its errors are those of Upsert.
func (s *Store) Delete(ctx context.Context, sel rag.Selector) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := rag.CheckSelector(&sel); err != nil {
		return err
	}
	return s.submit(ctx, nil, &sel)
}

// submit has a change written, together with those of other callers that wait.
// Whoever gets the writer lock first writes for all. A change that waits when its
// context ends is taken back; one that is being written is waited for.
func (s *Store) submit(ctx context.Context, recs []rag.Record, sel *rag.Selector) error {
	c := &change{ctx: ctx, recs: recs, sel: sel, done: make(chan struct{})}
	s.queueMu.Lock()
	s.queue = append(s.queue, c)
	s.queueMu.Unlock()
	ended := ctx.Done()
	for {
		select {
		case <-c.done:
			return c.err
		case s.writer <- struct{}{}:
			s.commitQueue()
			s.writer.give()
		case <-ended:
			if s.withdraw(c) {
				return ctx.Err()
			}
			ended = nil
		}
	}
}

// withdraw takes a change back that nobody has begun to write.
func (s *Store) withdraw(c *change) bool {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	at := slices.Index(s.queue, c)
	if at < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, at, at+1)
	return true
}

// commitQueue writes those changes that wait and that one frame holds. The caller holds
// s.writer.
func (s *Store) commitQueue() {
	s.queueMu.Lock()
	waiting := s.queue
	s.queue = nil
	s.queueMu.Unlock()
	if len(waiting) == 0 {
		return
	}
	rest := s.commit(waiting)
	s.queueMu.Lock()
	s.queue = append(rest, s.queue...)
	s.queueMu.Unlock()
}

// commit writes changes as one frame, syncs it and links it into memory. It
// gives back those that did not fit. The caller holds s.writer.
func (s *Store) commit(waiting []*change) (rest []*change) {
	if s.broken != nil {
		finish(waiting, s.broken)
		return nil
	}
	e := newEncoder(s)
	defer e.keepBuffer()
	var group []*change
	for len(waiting) > 0 && len(e.frame) < groupBytes {
		c := waiting[0]
		waiting = waiting[1:]
		switch err := e.encode(c); {
		case err == errFull && len(group) > 0:
			waiting = slices.Insert(waiting, 0, c)
			finish(group, s.write(e.frame))
			return waiting
		case err != nil:
			finish([]*change{c}, err)
		default:
			group = append(group, c)
		}
	}
	if len(group) > 0 {
		finish(group, s.write(e.frame))
	}
	return waiting
}

// errFull refuses a change that one frame cannot hold with what is in it.
var errFull = fault.New(fault.PayloadTooLarge, "the batch is larger than the index takes at once", fault.Details{"max_bytes": maxPayload})

func finish(changes []*change, err error) {
	for _, c := range changes {
		c.err = err
		close(c.done)
	}
}

// write makes a frame durable and links it. The caller holds s.writer.
func (s *Store) write(frame []byte) error {
	f := s.active
	at := f.size + frameHeader
	f.seal(frame, s.seq)
	err := f.append(frame)
	if err == nil {
		err = f.sync(len(frame))
	}
	if e, ok := errors.AsType[*WriteError](err); ok {
		s.log.Error("the index cannot be written", "file", e.File, "error", e.Err, "reopen", e.Reopen)
		err = writeFault(e)
		if e.Reopen {
			s.refuse(err)
		}
		return err
	}
	s.seq++
	if err := s.apply(frame[frameHeader:], f, at); err != nil {
		return s.refuse(openFault(err))
	}
	if s.logBytes.Add(int64(len(frame))) > s.logLimit.Load() {
		s.awaken()
	}
	return nil
}

// refuse makes every further change fail with err. The caller holds s.writer.
func (s *Store) refuse(err error) error {
	s.mu.Lock()
	s.broken = err
	s.mu.Unlock()
	s.progress.broadcast()
	return err
}

// awaken has the logs looked at.
func (s *Store) awaken() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
