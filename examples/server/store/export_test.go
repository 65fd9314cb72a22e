package store

import (
	"context"
	"fmt"
)

// LimitPages lets an SQLite store grow to n pages more and no further, as a full disk does.
func LimitPages(ctx context.Context, s Store, n int) error {
	db := s.(*sqlStore).write // of one connection, which the limit belongs to
	var have int
	if err := db.QueryRowContext(ctx, "pragma page_count").Scan(&have); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf("pragma max_page_count = %d", have+n))
	return err
}
