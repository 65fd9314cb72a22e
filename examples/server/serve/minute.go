package serve

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// jump is how far the clock may move against the time that has really passed.
	jump = 10 * time.Minute
	// settling is how long a clock that has jumped must go on evenly before anything is written down because of it.
	settling = time.Hour
)

// everyMinute writes down what time itself has brought, and logs deadlines as they pass.
func (s *Server) everyMinute(ctx context.Context) {
	ticks := s.Ticks
	if ticks == nil {
		t := time.NewTicker(time.Minute)
		defer t.Stop()
		ticks = t.C
	}
	w := &wallClock{now: s.Clock, since: s.since}
	w.steady()
	told := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		if err := s.Platform().Sync(ctx); err != nil {
			continue // requests and readiness say so
		}
		steady, jumped := w.steady()
		if jumped != 0 {
			s.metrics.jumps.Inc()
			s.Log.Error("the clock has jumped: nothing expires until it has gone on evenly for a while", "by", jumped, "while", settling)
		}
		if steady {
			n, err := s.Platform().Expire(ctx)
			if err != nil && ctx.Err() == nil {
				s.Log.Error("expire", "error", withoutSecrets(err, s.Store))
			}
			if n > 0 {
				s.Log.Info("expired", "cases", n)
			}
		}
		s.overdue(told)
	}
}

// overdue logs each deadline once in the life of the server.
func (s *Server) overdue(told map[string]bool) {
	still := map[string]bool{}
	for _, late := range s.Platform().Overdue() {
		for _, d := range late.Due {
			key := late.Kind + "/" + late.ID + "/" + d.ID + "/" + d.Due
			if still[key] = true; !told[key] {
				s.Log.Warn("a deadline is over", "case", late.Kind+"/"+late.ID, "deadline", d.ID, "due", d.Due)
			}
		}
	}
	clear(told)
	for key := range still {
		told[key] = true
	}
}

// wallClock compares the clock with the time that has really passed.
type wallClock struct {
	now, since func() time.Time // since has a monotonic reading
	wall, real time.Time
	until      time.Time // of since: not steady before
}

// steady reports whether the clock can be believed, and by how much it has jumped since the last time.
func (w *wallClock) steady() (bool, time.Duration) {
	wall, real := w.now(), w.since()
	var by time.Duration
	if !w.real.IsZero() {
		by = wall.Round(0).Sub(w.wall) - real.Sub(w.real)
		if by.Abs() < jump {
			by = 0
		} else {
			w.until = real.Add(settling)
		}
	}
	w.wall, w.real = wall.Round(0), real
	return !real.Before(w.until), by
}

// staleTime is how old a file on its way is before nobody can be using it any more.
const staleTime = 24 * time.Hour

// sweep removes what a server that was killed has left of files on their way: they may hold data.
func sweep(log *slog.Logger, spool, name string) {
	folders := []string{spool}
	if spool == "" {
		folders = []string{os.TempDir()}
	}
	if !IsPostgres(name) {
		folders = append(folders, filepath.Dir(name))
	}
	for _, folder := range folders {
		files, err := os.ReadDir(folder)
		if err != nil {
			log.Warn("files on their way cannot be looked through", "folder", folder, "error", err)
			continue
		}
		for _, f := range files {
			if !ours(f) {
				continue
			}
			if info, err := f.Info(); err == nil && time.Since(info.ModTime()) > staleTime {
				if err := os.Remove(filepath.Join(folder, f.Name())); err == nil {
					log.Info("removed what a server that was killed had left", "file", f.Name())
				}
			}
		}
	}
}

func ours(f fs.DirEntry) bool {
	if !f.Type().IsRegular() {
		return false
	}
	for _, prefix := range []string{"banfa-upload-", "banfa-data-", "banfa-download-", "banfa-catalog-"} {
		if strings.HasPrefix(f.Name(), prefix) {
			return true
		}
	}
	return false
}
