package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// BrokenError says that the log is not what was written.
type BrokenError struct {
	Seq int64 // the first event that is wrong
	Why string
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("the log is broken at event %d: %s", e.Seq, e.Why)
}

// Anchor is a head that was noted outside the store, on paper say: a log that was cut short or written anew does not hold it.
type Anchor struct {
	Seq  int64
	Hash string
}

var digestPattern = regexp.MustCompile(`"blob":"(sha256:[0-9a-f]{64})"`)

// Verify recomputes the whole log: numbers without gaps, times that do not go back, every hash, every anchor, and every blob that an event names
// as "blob". The error is a *BrokenError at the first thing that is wrong, or the store's.
func Verify(ctx context.Context, s Store, anchors ...Anchor) (events int64, err error) {
	prev := Event{Hash: zeroHash}
	versions := map[string]int64{}
	blobs := map[string]bool{}
	at := map[int64]string{}
	for _, a := range anchors {
		at[a.Seq] = a.Hash
	}
	for e, err := range s.Events(ctx, 0) {
		if err != nil {
			return prev.Seq, err
		}
		if why := wrong(&prev, &e, versions[e.Stream]); why != "" {
			return prev.Seq, &BrokenError{Seq: prev.Seq + 1, Why: why}
		}
		if want, ok := at[e.Seq]; ok && want != e.Hash {
			return prev.Seq, &BrokenError{Seq: e.Seq, Why: "its hash is not the one that was noted"}
		}
		delete(at, e.Seq)
		versions[e.Stream] = e.Version
		for _, m := range digestPattern.FindAllSubmatch(e.Data, -1) {
			if digest := string(m[1]); !blobs[digest] {
				blobs[digest] = true
				if err := verifyBlob(ctx, s, digest); err != nil {
					return prev.Seq, &BrokenError{Seq: e.Seq, Why: "blob " + digest + ": " + err.Error()}
				}
			}
		}
		prev = e
	}
	for seq := range at {
		return prev.Seq, &BrokenError{Seq: prev.Seq + 1, Why: fmt.Sprintf("the log ends at %d, and event %d was noted", prev.Seq, seq)}
	}
	return prev.Seq, nil
}

func wrong(prev, e *Event, version int64) string {
	switch {
	case e.Seq != prev.Seq+1:
		return fmt.Sprintf("event %d comes after event %d", e.Seq, prev.Seq)
	case e.Version != version+1:
		return fmt.Sprintf("%s goes from version %d to %d", e.Stream, version, e.Version)
	case e.Prev != prev.Hash:
		return "it is not bound to the event before it"
	case e.At.Before(prev.At):
		return "it is earlier than the event before it"
	case e.Sum() != e.Hash:
		return "its content does not have its hash"
	}
	return ""
}

func verifyBlob(ctx context.Context, s Store, digest string) (err error) {
	r, _, err := s.Blob(ctx, digest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	_, err = io.Copy(io.Discard, r)
	return err
}

// Copy writes everything that one store has into another, which must be empty: a backup put back, or a move from SQLite to PostgreSQL. Events keep
// their times and hashes.
func Copy(ctx context.Context, from, to Store) error {
	dst, ok := to.(*sqlStore)
	if !ok {
		return errors.New("store: copy: not a store of this package")
	}
	if seq, _, err := to.Head(ctx); err != nil || seq > 0 {
		return errors.Join(err, errors.New("store: copy: the target is not empty"))
	}
	blobs := map[string]bool{}
	var batch []Event
	flush := func() error {
		err := dst.insert(ctx, batch)
		batch = batch[:0]
		return err
	}
	for e, err := range from.Events(ctx, 0) {
		if err != nil {
			return err
		}
		for _, m := range digestPattern.FindAllSubmatch(e.Data, -1) {
			if digest := string(m[1]); !blobs[digest] {
				blobs[digest] = true
				if err := copyBlob(ctx, from, to, digest); err != nil {
					return err
				}
			}
		}
		if batch = append(batch, e); len(batch) == 500 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func copyBlob(ctx context.Context, from, to Store, digest string) (err error) {
	r, size, err := from.Blob(ctx, digest)
	if err != nil {
		return fmt.Errorf("store: copy: blob %s: %w", digest, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	_, _, err = to.PutBlob(ctx, r, size)
	return err
}
