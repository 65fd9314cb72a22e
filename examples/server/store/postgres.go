package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// OpenPostgres opens the store in a PostgreSQL database, 15 or later. Any number of servers may use it: appends take turns by an advisory lock, so
// that the log has one order.
func OpenPostgres(ctx context.Context, url string, clock Clock) (Store, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, errors.New("store: the URL of the database cannot be read") // which may hold a password
	}
	db.SetMaxOpenConns(16)
	s := &sqlStore{
		dialect: dialect{
			name: "postgres", bytes: "bytea", fault: postgresFault, copy: postgresBackup,
			lock: "select pg_advisory_xact_lock(7161530145)", // a number of ours
		},
		write: db, read: db, clock: clock,
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: postgres: %w", err), db.Close())
	}
	return s, nil
}

func postgresFault(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		if strings.HasPrefix(e.Code, "22") { // a value that a column does not take, such as a text with a zero byte
			return fmt.Errorf("%w: %w", ErrEvent, err)
		}
		switch e.Code {
		case "53100", "25006", "58030": // disk full, read-only transaction, input or output error
			return fmt.Errorf("%w: %w", ErrReadOnly, err)
		case "23505", "40001": // the same version twice, or not serialisable
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
	}
	return err
}

// postgresBackup copies the log and its blobs into an SQLite store. Events only ever come behind those that are there, so that a copy of all up to a
// moment is consistent without a long transaction.
func postgresBackup(ctx context.Context, s *sqlStore, path string) (err error) {
	partial := path + ".partial"
	for _, name := range []string{partial, partial + "-wal", partial + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	to, err := OpenSQLite(ctx, partial, s.clock)
	if err != nil {
		return err
	}
	if err := errors.Join(Copy(ctx, s, to), to.Close()); err != nil { // closing folds the write-ahead log into the file
		return errors.Join(err, os.RemoveAll(partial))
	}
	return settle(partial, path)
}
