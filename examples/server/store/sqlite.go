package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenSQLite opens the store in one file, which is made where it is not there. The log is on the disk when Append returns: write-ahead log,
// synchronous FULL.
func OpenSQLite(ctx context.Context, path string, clock Clock) (Store, error) {
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	pragmas := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)"}}
	open := func(extra url.Values) (*sql.DB, error) {
		q := url.Values{}
		for k, v := range pragmas {
			q[k] = v
		}
		for k, v := range extra {
			q[k] = v
		}
		return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	}
	write, err := open(url.Values{"_txlock": {"immediate"}})
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := open(nil)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(8)
	s := &sqlStore{
		dialect: dialect{name: "sqlite", bytes: "blob", fault: sqliteFault, copy: sqliteBackup},
		write:   write, read: read, clock: clock, spool: filepath.Dir(path),
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", path, err), s.Close())
	}
	return s, nil
}

func sqliteFault(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("%w: %w", ErrReadOnly, err)
		}
	}
	return err
}

// sqliteBackup writes a copy beside the target and then gives it its name, so that no half of a backup is ever taken for one.
func sqliteBackup(ctx context.Context, s *sqlStore, path string) (err error) {
	partial := path + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(partial))
		}
	}()
	if _, err := s.read.ExecContext(ctx, "vacuum into $1", partial); err != nil {
		return fmt.Errorf("store: backup: %w", sqliteFault(err))
	}
	return settle(partial, path)
}

// settle makes a finished file durable under its name.
func settle(partial, path string) error {
	f, err := os.OpenFile(partial, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
