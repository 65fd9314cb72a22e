// Package platform is what the platform of Article 29 does, as thin as it can be: it asks the library, writes the answer into the log, and folds the
// log into what pages and programs see. Nothing here decides by itself what is open, who may use it, or when an answer is due.
package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

var (
	// ErrForbidden says that somebody's role, or whose data it is, does not allow it.
	ErrForbidden = errors.New("platform: not allowed")
	// ErrNotFound says that there is no such thing, or none that this person may know of.
	ErrNotFound = errors.New("platform: not found")
)

// RefusedError says that the rules do not let it happen. It carries what the library said.
type RefusedError struct {
	Code   string // such as not_unconditional, illegal_event, requirements, release
	Reason string // in Chinese; for a person
	Detail any    // the library's answer, where there is one
}

func (e *RefusedError) Error() string { return "platform: refused: " + e.Code + ": " + e.Reason }

// Config is what a Platform works with.
type Config struct {
	Store store.Store
	Rules *banfa.Rules
	// Clock gives the time of what happens; the default is time.Now.
	Clock func() time.Time
	// Keys gives the keys of de-identification policies by name; nil: none.
	Keys map[string][]byte
	// Policies says by which de-identification policy a data set is handed out (Article 36); by entry.
	Policies map[string]string
	// Spool is a folder for files that are on their way; the system's where empty.
	Spool string
}

// Platform serves. It is safe for any number of goroutines, and any number of processes on one store.
type Platform struct {
	Config
	lifecycles map[string]*condition.Lifecycle // by kind of case
	monitor    *condition.Monitor
	moment     time.Time // of the event that is folded in now
	suites     suites
	follower   follower
	turn       chan struct{} // of who does what waits
	waiting    sync.Mutex    // of deeds
	deeds      []*deed       // acts that wait for the turn
	folding    sync.Mutex    // held by who reads the log on
	mu         sync.RWMutex  // of the state; never held while the database is asked
	s          *state
}

// The kinds of cases, which are names of Lifecycle files and the first part of their streams.
const (
	Applications = "application"
	Permissions  = "permission"
	Objections   = "objection"
)

// state is the fold of the log so far. What it points to is never changed, only replaced, so that readers can keep it.
type state struct {
	seq      int64
	hash     string
	catalog  *Published
	settled  []catalog.Disposition // of findings of the fusion review, in the order they were decided
	data     map[string]*Delivery  // by data set
	cases    map[string]*Case      // by stream
	order    []string              // streams of cases, in the order they began
	alerts   []Alert
	usage    int // events seen
	versions map[string]int64
	begun    map[string]int // streams that begin together with what is decided now, by their first part
}

// New opens a platform and folds what is in its log.
func New(ctx context.Context, c Config) (*Platform, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	p := &Platform{Config: c, turn: make(chan struct{}, 1), lifecycles: map[string]*condition.Lifecycle{}, s: &state{
		data: map[string]*Delivery{}, cases: map[string]*Case{}, versions: map[string]int64{},
	}}
	for entry, name := range c.Policies {
		if _, err := desensitize.New(c.Rules, desensitize.Named(name), desensitize.Keys(c.Keys)); err != nil {
			return nil, fmt.Errorf("platform: the policy of %s: %w", entry, err)
		}
	}
	for _, kind := range []string{Applications, Permissions, Objections} {
		l, err := condition.NewLifecycle(c.Rules, condition.LifecycleNamed(kind))
		if err != nil {
			return nil, fmt.Errorf("platform: %w", err)
		}
		p.lifecycles[kind] = l
	}
	if err := p.newMonitor(); err != nil {
		return nil, fmt.Errorf("platform: %w", err)
	}
	return p, p.fold(ctx)
}

// apply folds one event. An event that it does not know is an error: a later program wrote it, and to go on without it would be to guess. What it cannot fold
// leaves the state as it was; a request that is canceled meanwhile does not stop it half-way.
func (p *Platform) apply(ctx context.Context, e *store.Event) error {
	if e.Seq != p.s.seq+1 {
		return fmt.Errorf("the log has a gap after %d", p.s.seq)
	}
	if p.s.seq > 0 && e.Prev != p.s.hash {
		return errShorter
	}
	kind, _, _ := strings.Cut(e.Stream, "/")
	var published *Published
	if kind == "catalog" { // which is long, and read before anybody has to wait for it
		var err error
		if published, err = p.loadCatalog(ctx, e); err != nil {
			return err
		}
	}
	ctx = context.WithoutCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.s
	var err error
	switch kind {
	case "catalog":
		s.catalog, err = published.settle(s.settled)
	case "data":
		err = p.applyData(e)
	case Applications, Permissions, Objections:
		err = p.applyCase(ctx, kind, e)
	case "usage":
		err = p.applyUsage(ctx, e)
	case "fusion":
		err = p.applyFusion(e)
	case "session": // its versions say all
	default:
		err = errors.New("an event of a later program")
	}
	if err != nil {
		return err
	}
	s.seq, s.hash, s.versions[e.Stream] = e.Seq, e.Hash, e.Version
	return nil
}

func decode[T any](e *store.Event) (v T, err error) {
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber() // facts keep their numbers
	err = d.Decode(&v)
	return v, err
}

// expect is the version at which a stream was when it was decided on.
func (s *state) expect(stream string) store.Expect {
	return store.Expect{Stream: stream, Version: s.versions[stream]}
}

// view reads the present state.
func view[T any](p *Platform, f func(s *state) T) T {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return f(p.s)
}

// event is one by somebody in the role that allowed it.
func event(who identity.Identity, stream, kind string, data any, roles ...identity.Role) store.NewEvent {
	actor, role := who.Actor(roles...)
	return store.NewEvent{Stream: stream, Kind: kind, Actor: actor, Role: role, Data: data}
}

// Head is the last event that is folded in.
func (p *Platform) Head() (seq int64, hash string) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.s.seq, p.s.hash
}

// Digests are what a decision rests on, kept with it.
type Digests struct {
	Rules    string `json:"rules"`
	Catalog  string `json:"catalog,omitempty"`
	Calendar string `json:"calendar,omitempty"`
}
