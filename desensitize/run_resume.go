package desensitize

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/stream"
)

// A spool is what makes a run resumable: the rows that were made, chunk by chunk, in a file beside the output, until the gate has decided. It is a
// log: a header that says of which run it is, and one frame for each chunk of the input, each with a digest that covers all before it. A frame
// that was cut off by a crash does not have its digest and is written anew, so that nothing rests on the order in which a disk keeps its promises.
//
// A run that goes on makes no cell again that is there. It reads the input and the spool side by side for the scan and the risk, whose state is not
// kept: what they find is found again, in the same rows.

// SpoolFile is where a spool is kept: an *os.File.
type SpoolFile interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
}

// Spool keeps the finished part of one run.
type Spool struct {
	file    SpoolFile
	input   RecordFile
	output  string
	head    spoolHead
	resumed bool // the header was there
	chunks  []spoolChunk
	done    []spoolChunk // those that an earlier run made; workers read them while chunks grows
	end     int64
	sum     [sha256.Size]byte // of all frames
	loose   int64             // bytes that may not be on the disk
	close   func() error
	remove  func() error
}

// spoolHead is what a run must have in common with the one that it continues. A run is a function of these alone.
type spoolHead struct {
	Spool   int         `json:"spool"` // spoolVersion
	Library string      `json:"library"`
	Policy  string      `json:"policy"`
	Rules   string      `json:"rules"` // digest of the rule files
	Keys    []RecordKey `json:"keys"`
	At      time.Time   `json:"at"`
	Before  bool        `json:"before"`
	Columns []string    `json:"columns"`
	Format  string      `json:"format"`
	Coding  string      `json:"encoding"`
	Comma   string      `json:"delimiter"`
	Input   RecordFile  `json:"input"`
	Output  string      `json:"output"`
	Started time.Time   `json:"started"` // not compared
}

type spoolChunk struct {
	first  int64 // number of its first row
	at     int64 // in the file, of its payload
	length int64
}

const (
	spoolVersion = 1
	spoolSync    = 64 << 20 // bytes between two syncs: what a loss of power can cost
	spoolHeadMax = 4 << 20
	spoolMax     = 1 << 30 // bytes of one frame
)

// ResumeError says why a run cannot go on where another one stopped. Nothing was touched.
type ResumeError struct {
	File    string   // the spool; "" where it has no name
	Changed []string // what is not as it was: input, policy, key NAME, time, options, columns, library, output
}

func (e *ResumeError) Error() string {
	at := ""
	if e.File != "" {
		at = "; delete " + e.File + " to begin anew"
	}
	return fmt.Sprintf("desensitize: the run cannot be resumed: changed since it stopped: %s%s", strings.Join(e.Changed, ", "), at)
}

// NewSpool keeps a run in file, and goes on where the run stopped whose spool it is. input is the input as DigestFile has it: the run goes on only with the
// same one. output says how the output is written, for the same reason.
func NewSpool(file SpoolFile, input RecordFile, output string) (*Spool, error) {
	s := &Spool{file: file, input: input, output: output}
	if err := s.read(); err != nil {
		return nil, fmt.Errorf("desensitize: spool: %w", err)
	}
	return s, nil
}

// OpenSpool is NewSpool of a file by its name, which is made where it is not there. Another run with it is waited for.
func OpenSpool(name string, input RecordFile, output string) (*Spool, error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the host names it
		if err != nil {
			return nil, err
		}
		if err := lockRecords(f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		here, err := f.Stat()
		there, errThere := os.Stat(name)
		if err == nil && errThere == nil && os.SameFile(here, there) {
			s, err := NewSpool(f, input, output)
			if err != nil {
				return nil, errors.Join(err, f.Close())
			}
			s.close = f.Close
			s.remove = func() error { return errors.Join(os.Remove(name), f.Close()) }
			return s, nil
		}
		// The run that was waited for has removed it.
		if err := errors.Join(err, f.Close()); err != nil || errThere != nil && !errors.Is(errThere, fs.ErrNotExist) {
			return nil, errors.Join(err, errThere)
		}
	}
}

// Resumed says whether there is a run to go on with, and its time, which the next one must be given (At), and when it began.
func (s *Spool) Resumed() (at, started time.Time, ok bool) {
	return s.head.At, s.head.Started, s.resumed
}

// Done is the number of rows up to the last finished chunk but one: what an earlier run left, at least.
func (s *Spool) Done() int64 {
	if len(s.done) == 0 {
		return 0
	}
	return s.done[len(s.done)-1].first - 1
}

// Close leaves the spool for a run that goes on.
func (s *Spool) Close() error {
	err := s.file.Sync()
	if s.close != nil {
		err = errors.Join(err, s.close())
	}
	return err
}

// Remove does away with the spool: the run is over.
func (s *Spool) Remove() error {
	if s.remove == nil {
		return s.file.Truncate(0)
	}
	return s.remove()
}

// Resumable keeps the rows of a run in a spool; the sink gets them when every release rule holds. What the sink gets is the same, to the byte, whether
// and where the run was interrupted.
func Resumable(s *Spool) RunOption { return runOption(func(c *runConfig) { c.spool = s }) }

// read finds out what is there. Behind the last whole frame nothing counts.
func (s *Spool) read() error {
	payload, err := s.frame(0, spoolHeadMax)
	if err != nil || payload == nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.head); err != nil {
		return fmt.Errorf("its header is of another version: %w", err)
	}
	s.resumed = true
	for {
		from := s.end
		payload, err := s.frame(from, spoolMax)
		if err != nil {
			return err
		}
		if payload == nil {
			break
		}
		first, n := binary.Varint(payload)
		if n <= 0 {
			return errSpool
		}
		s.chunks = append(s.chunks, spoolChunk{first, from + spoolFrame, int64(len(payload))})
	}
	s.done = slices.Clone(s.chunks)
	return nil
}

// spoolFrame is what stands before a payload: its length.
const spoolFrame = 8

var errSpool = errors.New("desensitize: the spool is not one of this version")

// frame reads the frame at an offset and moves the end behind it; nil where there is no whole one.
func (s *Spool) frame(at, most int64) ([]byte, error) {
	var head [spoolFrame]byte
	switch _, err := s.file.ReadAt(head[:], at); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	length := binary.BigEndian.Uint64(head[:])
	if length == 0 || length > uint64(most) {
		return nil, nil
	}
	// A length that is not true is not believed: memory grows with what is there.
	body, err := io.ReadAll(io.NewSectionReader(s.file, at+spoolFrame, int64(length)+sha256.Size))
	if err != nil {
		return nil, err
	}
	if uint64(len(body)) < length+sha256.Size {
		return nil, nil
	}
	payload := body[:length:length]
	sum := s.chain(payload)
	if !bytes.Equal(sum[:], body[length:]) {
		return nil, nil
	}
	s.sum, s.end = sum, at+spoolFrame+int64(length)+sha256.Size
	return payload, nil
}

func (s *Spool) chain(payload []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(s.sum[:]) // hash.Hash never returns an error
	h.Write(payload)
	return [sha256.Size]byte(h.Sum(nil))
}

func (s *Spool) append(payload []byte) error {
	sum := s.chain(payload)
	b := binary.BigEndian.AppendUint64(make([]byte, 0, spoolFrame+len(payload)+len(sum)), uint64(len(payload)))
	b = append(append(b, payload...), sum[:]...)
	if _, err := s.file.WriteAt(b, s.end); err != nil {
		return fmt.Errorf("desensitize: spool: %w", err)
	}
	s.end, s.sum, s.loose = s.end+int64(len(b)), sum, s.loose+int64(len(b))
	if s.loose < spoolSync {
		return nil
	}
	s.loose = 0
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("desensitize: spool: %w", err)
	}
	return nil
}

// begin makes sure that what is there is of this run, or writes the header.
func (s *Spool) begin(p *Policy, source Source, c *runConfig) error {
	keys, err := p.recordKeys(p.KeyNames())
	if err != nil {
		return err
	}
	library, digest := libraryVersion()
	info := source.Info()
	head := spoolHead{
		Spool: spoolVersion, Library: library + " " + digest, Policy: p.Name(), Rules: p.rules, Keys: full(keys), At: c.at.UTC(), Before: c.before,
		Columns: source.Columns(), Format: string(info.Format) + " " + string(info.Compression), Coding: info.Encoding,
		Comma: string(rune(info.Delimiter)), Input: s.input, Output: s.output, Started: p.conf.clock().UTC(),
	}
	if s.resumed {
		if changed := s.head.changed(&head); len(changed) > 0 {
			return &ResumeError{File: s.name(), Changed: changed}
		}
		return s.file.Truncate(s.end)
	}
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	s.head, s.end, s.sum = head, 0, [sha256.Size]byte{}
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	return s.append(text)
}

func (s *Spool) name() string {
	if f, ok := s.file.(interface{ Name() string }); ok {
		return f.Name()
	}
	return ""
}

func (h *spoolHead) changed(now *spoolHead) []string {
	var out []string
	note := func(same bool, what string) {
		if !same {
			out = append(out, what)
		}
	}
	note(h.Spool == now.Spool && h.Library == now.Library, "library")
	note(h.Policy == now.Policy && h.Rules == now.Rules, "policy")
	for _, k := range now.Keys {
		note(slices.Contains(h.Keys, k), "key "+k.Name)
	}
	note(len(h.Keys) == len(now.Keys), "keys")
	note(h.Input == now.Input, "input")
	note(slices.Equal(h.Columns, now.Columns), "columns")
	note(h.Format == now.Format && h.Coding == now.Coding && h.Comma == now.Comma, "input options")
	note(h.At.Equal(now.At), "time")
	note(h.Before == now.Before, "whether the risk before is measured")
	note(h.Output == now.Output, "output options")
	return out
}

// find returns the finished chunk that begins with a row.
func (s *Spool) find(first int64) (spoolChunk, bool) {
	i, ok := slices.BinarySearchFunc(s.done, first, func(c spoolChunk, n int64) int {
		switch {
		case c.first < n:
			return -1
		case c.first > n:
			return 1
		}
		return 0
	})
	if !ok {
		return spoolChunk{}, false
	}
	return s.done[i], true
}

func (s *Spool) payload(c spoolChunk) ([]byte, error) {
	b := make([]byte, c.length)
	if _, err := s.file.ReadAt(b, c.at); err != nil {
		return nil, fmt.Errorf("desensitize: spool: %w", err)
	}
	return b, nil
}

// Encode hands a frame on; what the frame holds a worker has made (spoolWorker).
func (s *Spool) Encode(dst []byte, b *stream.Block) ([]byte, error) {
	return append(dst, b.Cells[0]...), nil
}

// Write appends the frame of the next chunk.
func (s *Spool) Write(payload []byte) error {
	first, n := binary.Varint(payload)
	if n <= 0 {
		return errSpool
	}
	at := s.end + spoolFrame
	if err := s.append(payload); err != nil {
		return err
	}
	s.chunks = append(s.chunks, spoolChunk{first, at, int64(len(payload))})
	return nil
}

// replay writes all rows to a sink.
func (s *Spool) replay(ctx context.Context, columns, rules int, sink Sink) error {
	if sink == nil {
		return nil
	}
	var encoded []byte
	var f spoolRows
	for _, c := range s.chunks {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		payload, err := s.payload(c)
		if err != nil {
			return err
		}
		if err := f.decode(payload, columns, rules); err != nil {
			return err
		}
		if encoded, err = sink.Encode(encoded[:0], &f.block); err != nil {
			return err
		}
		if len(encoded) == 0 {
			continue
		}
		if err := sink.Write(encoded); err != nil {
			return err
		}
	}
	return nil
}
