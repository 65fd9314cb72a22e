package platform

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/internal/stream"
)

// File is what a download hands out. Close it.
type File struct {
	io.ReadSeekCloser
	Name   string
	Size   int64
	Digest string              // sha-256 of the file, as Content-Digest has it (RFC 9530): who has it whole can tell
	Report *desensitize.Report // of the de-identification; nil where no policy is for the data
}

// Download hands out the data of a permission, de-identified on the way where a policy is for it (Articles 36, 40 and 42), and reports the use to the
// supervision. Nothing of it is handed out before the whole file has passed the policy's release rules.
func (p *Platform) Download(ctx context.Context, who identity.Identity, permission string) (*File, error) {
	c, e, err := p.usable(ctx, who, permission)
	if err != nil {
		return nil, err
	}
	d := p.Delivered(e.ID)
	if d == nil {
		return nil, &RefusedError{Code: "not_delivered", Reason: "开放主体尚未交付数据（第三十八条）"}
	}
	f, err := os.CreateTemp(p.Spool, "banfa-download-*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	out := &File{ReadSeekCloser: spooled{f}, Name: filepath.Base(d.Name)}
	rows, err := p.release(ctx, d, f, out)
	if err == nil {
		err = out.measure(f)
	}
	if err == nil { // what leaves is in the log before it leaves
		err = p.downloaded(ctx, who, c, e, rows)
	}
	if err != nil {
		return nil, errors.Join(store.Full(err), out.Close())
	}
	return out, nil
}

// measure notes how long a file is, and its digest, and goes back to its beginning.
func (out *File) measure(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h := sha256.New()
	var err error
	if out.Size, err = io.Copy(h, f); err != nil {
		return err
	}
	out.Digest = "sha-256=:" + base64.StdEncoding.EncodeToString(h.Sum(nil)) + ":"
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// spooled is a file that is gone when it is closed.
type spooled struct{ *os.File }

func (s spooled) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

// release writes the delivered file, or what the policy makes of it. The policy is looked for again: one that has been written since applies.
func (p *Platform) release(ctx context.Context, d *Delivery, f *os.File, out *File) (rows int64, err error) {
	r, _, err := p.Store.Blob(ctx, d.Data.Blob)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	name := p.policyFor(d.Entry)
	if name == "" {
		if d.Policy != "" {
			return 0, &RefusedError{Code: "policy", Reason: "交付时的脱敏策略 " + d.Policy + " 已不存在"}
		}
		_, err = io.Copy(f, r)
		return int64(d.Rows), err
	}
	policy, err := desensitize.New(p.Rules, desensitize.Named(name), desensitize.Keys(p.Keys), desensitize.Clock(p.Clock))
	if err != nil {
		return 0, p.unreleased(err)
	}
	source, err := stream.NewSource(r, stream.Options{Name: d.Name})
	if err != nil {
		return 0, p.unreleased(err)
	}
	sink, err := stream.Create(f, stream.SinkOptions{Format: stream.CSV, Guard: true}, source.Columns())
	if err != nil {
		return 0, err
	}
	out.Report, err = policy.Run(ctx, source, sink)
	if err = errors.Join(err, sink.Close(), source.Close()); err != nil {
		return 0, p.unreleased(err)
	}
	out.Name = strings.TrimSuffix(out.Name, filepath.Ext(out.Name)) + ".csv"
	return out.Report.Facts.Rows.Out, nil
}

// unreleased is why de-identification did not release the data, for a person; a canceled request stays one.
func (p *Platform) unreleased(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(store.Full(err), store.ErrReadOnly) {
		return err
	}
	return &RefusedError{Code: "release", Reason: "脱敏未完成，数据未予放行（第三十六条）", Detail: err.Error()}
}

func (p *Platform) downloaded(ctx context.Context, who identity.Identity, c *Case, e *Listed, rows int64) error {
	seq, _ := p.Head()
	terms := c.terms()
	first := func(name string) any {
		if list, _ := terms[name].([]any); len(list) > 0 {
			return list[0]
		}
		return ""
	}
	at := p.time(nil)
	_, err := p.use(ctx, who, map[string]any{
		"id": fmt.Sprintf("download-%s-%d-%d", c.ID, seq, at.UnixNano()), "at": at.Format(time.RFC3339), "permission": c.ID, "user": who.Subject, "action": "download",
		"dataset": e.ID, "scenario": first("scenarios"), "usage_mode": "download", "rows": rows, "abroad": false, "raw": false,
	}, c)
	return err
}
