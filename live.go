package banfa

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// Live holds the rules in force while their files change. Readers take the current Rules and keep them for the length of one
// piece of work; a reload replaces them only when the new files load, check clean and pass whatever else the host asks of them. A
// reload that fails leaves the old rules in force and says why. It is safe for any number of goroutines.
type Live struct {
	fsys    fs.FS
	opts    []Option
	accept  []func(ctx context.Context, candidate *Rules) error
	current atomic.Pointer[Rules]

	reload sync.Mutex // one reload at a time
	seen   [sha256.Size]byte
}

// NewLive loads the rules for the first time. Each accept function must return nil for a candidate before it replaces the rules in
// force; conformance.Accept makes one that runs the bundle's own suites.
func NewLive(
	ctx context.Context, fsys fs.FS, accept []func(ctx context.Context, candidate *Rules) error, opts ...Option,
) (*Live, error) {
	l := &Live{fsys: fsys, opts: append(opts[:len(opts):len(opts)], Strict()), accept: accept}
	if _, err := l.Reload(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Rules returns the rules in force.
func (l *Live) Rules() *Rules { return l.current.Load() }

// Reload reads the files and swaps the rules if they changed and are accepted. changed says whether it swapped. On an error (a
// *Diagnostics for files that do not check clean, an accept function's own otherwise) the old rules stay in force.
func (l *Live) Reload(ctx context.Context) (changed bool, err error) {
	l.reload.Lock()
	defer l.reload.Unlock()
	sum, err := fingerprint(l.fsys)
	if err != nil {
		return false, fmt.Errorf("banfa: the rules in force stay: %w", err)
	}
	if l.current.Load() != nil && sum == l.seen {
		return false, nil
	}
	candidate, err := Load(l.fsys, append(l.opts[:len(l.opts):len(l.opts)], WithContext(ctx))...)
	if err != nil {
		return false, keptOld(l, err)
	}
	for _, accept := range l.accept {
		if err := accept(ctx, candidate); err != nil {
			return false, keptOld(l, err)
		}
	}
	// Files that changed while they were read may have been read half old, half new: the next reload looks again.
	again, err := fingerprint(l.fsys)
	if err != nil || again != sum {
		return false, keptOld(l, errors.Join(err, errors.New("the files changed while they were read; reload again")))
	}
	l.seen = sum
	l.current.Store(candidate)
	return true, nil
}

func keptOld(l *Live, err error) error {
	if l.current.Load() == nil {
		return err
	}
	return fmt.Errorf("banfa: the rules in force stay: %w", err)
}

// Poll reloads at every tick until ctx is done, and reports each swap and each failure; a failure is reported once, not at every
// tick, until the files change again. The ticks are the host's: time.Tick, or whatever else tells that files may have changed.
func (l *Live) Poll(ctx context.Context, ticks <-chan time.Time, report func(changed bool, err error)) {
	var failed [sha256.Size]byte
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-ticks:
			if !ok {
				return
			}
		}
		sum, err := fingerprint(l.fsys)
		if err == nil && sum == failed {
			continue
		}
		changed, err := l.Reload(ctx)
		failed = [sha256.Size]byte{}
		if err != nil {
			failed = sum
		}
		if changed || err != nil {
			report(changed, err)
		}
	}
}

// fingerprint is over the names and bytes of all rule files.
func fingerprint(fsys fs.FS) (sum [sha256.Size]byte, err error) {
	l := &loader{opts: loadOptions{limits: Limits{}.withDefaults()}}
	files, err := l.read(fsys)
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d %s %d ", len(f.name), f.name, len(f.text))
		h.Write(f.text)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
