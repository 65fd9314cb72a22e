package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect is what SQLite and PostgreSQL do differently.
type dialect struct {
	name  string
	bytes string                                         // the type of bytes
	lock  string                                         // taken first in a transaction that writes; empty where beginning it locks
	fault func(error) error                              // tells a full disk from other errors
	copy  func(context.Context, *sqlStore, string) error // Backup
}

// sqlStore is the log in a database.
type sqlStore struct {
	dialect
	write *sql.DB // SQLite has one writer
	read  *sql.DB
	clock Clock
	spool string // folder of uploads that are not whole yet; the system's where empty
}

const (
	chunkSize  = 1 << 20
	eventsPage = 1000
)

// migrate brings the tables to the version that this program knows. A database of a later version is refused: it would be read wrongly.
func (s *sqlStore) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "create table if not exists schema_version (version integer primary key)"); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRowContext(ctx, "select coalesce(max(version), 0) from schema_version").Scan(&have); err != nil {
			return err
		}
		if have > len(names) {
			return fmt.Errorf("store: the database has version %d and this program knows %d: use a newer program", have, len(names))
		}
		for v := have + 1; v <= len(names); v++ {
			text, err := migrations.ReadFile("migrations/" + strconv.Itoa(v) + ".sql")
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, strings.ReplaceAll(string(text), "BYTES", s.bytes)); err != nil {
				return fmt.Errorf("store: migration %d: %w", v, err)
			}
			if _, err := tx.ExecContext(ctx, "insert into schema_version values ($1)", v); err != nil {
				return err
			}
		}
		return nil
	})
}

// transact runs f in a transaction that writes, alone.
func (s *sqlStore) transact(ctx context.Context, f func(*sql.Tx) error) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.fault(err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the error that stopped it is the one to tell
			err = s.fault(err)
		}
	}()
	if s.lock != "" {
		if _, err := tx.ExecContext(ctx, s.lock); err != nil {
			return err
		}
	}
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

const eventColumns = "seq, stream, version, at, actor, role, kind, data, prev, hash"

func scanEvent(scan func(...any) error) (e Event, err error) {
	var at int64
	var data string
	err = scan(&e.Seq, &e.Stream, &e.Version, &at, &e.Actor, &e.Role, &e.Kind, &data, &e.Prev, &e.Hash)
	e.At, e.Data = time.UnixMicro(at).UTC(), []byte(data)
	return e, err
}

func (s *sqlStore) Append(ctx context.Context, expect []Expect, events ...NewEvent) (out []Event, err error) {
	if len(events) == 0 {
		return nil, nil
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		out = out[:0]
		prev, err := scanEvent(tx.QueryRowContext(ctx, "select "+eventColumns+" from events order by seq desc limit 1").Scan)
		if errors.Is(err, sql.ErrNoRows) {
			prev = Event{Hash: zeroHash}
		} else if err != nil {
			return err
		}
		versions := map[string]int64{}
		version := func(stream string) (int64, error) {
			if v, ok := versions[stream]; ok {
				return v, nil
			}
			var v int64
			err := tx.QueryRowContext(ctx, "select coalesce(max(version), 0) from events where stream = $1", stream).Scan(&v)
			versions[stream] = v
			return v, err
		}
		for _, x := range expect {
			switch v, err := version(x.Stream); {
			case err != nil:
				return err
			case v != x.Version:
				return fmt.Errorf("%w: %s is at version %d, not %d", ErrConflict, x.Stream, v, x.Version)
			}
		}
		now := s.clock()
		for i := range events {
			v, err := version(events[i].Stream)
			if err != nil {
				return err
			}
			e, err := follow(&prev, &events[i], v+1, now)
			if err != nil {
				return err
			}
			if err := insertEvent(ctx, tx, &e); err != nil {
				return err
			}
			versions[e.Stream] = e.Version
			out, prev = append(out, e), e
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func insertEvent(ctx context.Context, tx *sql.Tx, e *Event) error {
	_, err := tx.ExecContext(ctx, "insert into events ("+eventColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		e.Seq, e.Stream, e.Version, e.At.UnixMicro(), e.Actor, e.Role, e.Kind, string(e.Data), e.Prev, e.Hash)
	return err
}

// insert appends events that were events before, as they are.
func (s *sqlStore) insert(ctx context.Context, events []Event) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		for i := range events {
			if err := insertEvent(ctx, tx, &events[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqlStore) Events(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			page, err := s.page(ctx, after)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
				after = page[i].Seq
			}
			if len(page) < eventsPage {
				return
			}
		}
	}
}

// page reads some events and lets the connection go: a slow reader must not hold it.
func (s *sqlStore) page(ctx context.Context, after int64) (page []Event, err error) {
	rows, err := s.read.QueryContext(ctx, "select "+eventColumns+" from events where seq > $1 order by seq limit $2", after, eventsPage)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		e, err := scanEvent(rows.Scan)
		if err != nil {
			return nil, err
		}
		page = append(page, e)
	}
	return page, rows.Err()
}

func (s *sqlStore) Head(ctx context.Context) (seq int64, hash string, err error) {
	err = s.read.QueryRowContext(ctx, "select seq, hash from events order by seq desc limit 1").Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, zeroHash, nil
	}
	return seq, hash, err
}

// Full marks the error of a file that could not be written because its disk is full as ErrReadOnly.
func Full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// TooLargeError says that a blob is longer than its limit.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string { return fmt.Sprintf("longer than %d bytes", e.Limit) }

func (s *sqlStore) PutBlob(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	f, err := os.CreateTemp(s.spool, "banfa-upload-*") // a slow client must not hold the database
	if err != nil {
		return "", 0, fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, h), io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return "", 0, Full(err)
	case size > limit:
		return "", 0, &TooLargeError{limit}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	digest = "sha256:" + hex.EncodeToString(h.Sum(nil))
	return digest, size, s.transact(ctx, func(tx *sql.Tx) error {
		var there int
		if err := tx.QueryRowContext(ctx, "select count(*) from blobs where digest = $1", digest).Scan(&there); err != nil || there > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, "insert into blobs (digest, size) values ($1, $2)", digest, size); err != nil {
			return err
		}
		chunk := make([]byte, chunkSize)
		for n := 0; ; n++ {
			k, err := io.ReadFull(f, chunk)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
				return err
			}
			if _, err := tx.ExecContext(ctx, "insert into blob_chunks (digest, n, data) values ($1, $2, $3)", digest, n, slices.Clone(chunk[:k])); err != nil {
				return err
			}
		}
	})
}

func (s *sqlStore) Blob(ctx context.Context, digest string) (io.ReadCloser, int64, error) {
	var size int64
	err := s.read.QueryRowContext(ctx, "select size from blobs where digest = $1", digest).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, err
	}
	return &blobReader{ctx: ctx, s: s, digest: digest, sum: sha256.New()}, size, nil
}

type blobReader struct {
	ctx    context.Context //nolint:containedctx // of the one request that reads it
	s      *sqlStore
	digest string
	n      int
	rest   []byte
	sum    hash.Hash
	done   bool
}

var errChanged = errors.New("its content does not have its digest")

func (b *blobReader) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.done {
			return 0, io.EOF
		}
		err := b.s.read.QueryRowContext(b.ctx, "select data from blob_chunks where digest = $1 and n = $2", b.digest, b.n).Scan(&b.rest)
		if errors.Is(err, sql.ErrNoRows) {
			b.done = true
			if "sha256:"+hex.EncodeToString(b.sum.Sum(nil)) != b.digest {
				return 0, fmt.Errorf("store: blob %s: %w", b.digest, errChanged)
			}
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		_, _ = b.sum.Write(b.rest) // a hash takes everything
		b.n++
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *blobReader) Close() error { return nil }

func (s *sqlStore) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

func (s *sqlStore) Backup(ctx context.Context, path string) error { return s.copy(ctx, s, path) }

func (s *sqlStore) Close() error {
	if s.read == s.write {
		return s.read.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}
