package desensitize

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// A file of records is JSON lines, one record a line, to which lines are only ever added. The line of a record is its canonical JSON with its signature as
// the last key. Each record holds the hash of the whole line before it; its signature covers everything of its line before itself.

const (
	signatureKey   = `,"signature":"`
	maxRecordBytes = 1 << 20 // of one line
)

// recordHash is what the next record keeps of a line, without its line end.
func recordHash(line []byte) string {
	sum := sha256.Sum256(line)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// encodeRecord is a record's canonical JSON.
func encodeRecord(r *Record) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// seal numbers, chains and signs a record, and returns its line without the line end.
func (r *Record) seal(sequence int64, previous string, key RecordPrivateKey) ([]byte, error) {
	r.Version, r.Sequence, r.Previous, r.Signer = recordVersion, sequence, previous, nil
	o := &r.Operation
	o.Started, o.Finished = o.Started.UTC().Truncate(time.Second), o.Finished.UTC().Truncate(time.Second)
	r.Identifiers, r.Evaluation.Gates = full(r.Identifiers), full(r.Evaluation.Gates)
	o.Inputs, o.Outputs, o.Keys, o.Budgets = full(o.Inputs), full(o.Outputs), full(o.Keys), full(o.Budgets)
	if key.key != nil {
		r.Signer = &RecordSigner{key.algorithm, key.id}
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	line, err := encodeRecord(r)
	if err != nil {
		return nil, err
	}
	line = line[:len(line)-1] // the closing brace
	signature := ""
	if key.key != nil {
		raw, err := key.sign(line)
		if err != nil {
			return nil, err
		}
		signature = base64.StdEncoding.EncodeToString(raw)
	}
	line = append(line, signatureKey...)
	line = append(line, signature...)
	line = append(line, '"', '}')
	if len(line) > maxRecordBytes {
		return nil, fmt.Errorf("%w: %d bytes are more than the limit of %d", ErrRecord, len(line), maxRecordBytes)
	}
	return line, nil
}

// full makes no list an empty one, so that a list is never null.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// AppendRecord adds a record to a file, which it makes where there is none. It sets the record's version, sequence, previous and signer. The file is
// locked against other writers, its chain is verified before the record is added, and the record is on the disk when AppendRecord returns; what it
// returns is the hash of the new line, which anchors the whole file: keep it elsewhere, and a file that was cut short can be told. A zero key does not sign.
func AppendRecord(path string, r *Record, key RecordPrivateKey) (head string, err error) {
	const private = 0o600
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, private)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }() // which unlocks it
	if err := lockRecords(f); err != nil {
		return "", err
	}
	report, err := VerifyRecords(f, nil)
	if err != nil {
		return "", err
	}
	if len(report.Faults) > 0 {
		return "", fmt.Errorf("%w: %s is damaged and takes no more records: %w", ErrRecord, path, &report.Faults[0])
	}
	line, err := r.seal(report.Records+1, report.Head, key)
	if err != nil {
		return "", err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		return "", err
	}
	return recordHash(line), f.Sync()
}

// RecordFault is what is wrong with a file of records. It marshals as {line, code, sequence}.
type RecordFault struct {
	Line     int64           `json:"line"` // from 1
	Code     RecordFaultCode `json:"code"`
	Sequence int64           `json:"sequence"` // that the line claims; 0 where it cannot be read
}

// RecordFaultCode tells faults of records apart.
type RecordFaultCode string

// The faults.
const (
	RecordUnreadable RecordFaultCode = "unreadable" // not a record in canonical form: changed, or not written by this library
	RecordTruncated  RecordFaultCode = "truncated"  // the last line has no end
	RecordChain      RecordFaultCode = "chain"      // not the successor of the line before: a record was changed, removed, added or moved
	RecordSequence   RecordFaultCode = "sequence"   // not the next number
	RecordUnsigned   RecordFaultCode = "unsigned"   // without a signature although keys were given
	RecordUnknownKey RecordFaultCode = "unknown_key"
	RecordSignature  RecordFaultCode = "signature" // does not hold
	RecordMissing    RecordFaultCode = "missing"   // the file does not end in the head that was expected: records were cut off its end
	RecordContent    RecordFaultCode = "content"   // a field that is not of its form
)

// Error says which line and what.
func (f *RecordFault) Error() string {
	return fmt.Sprintf("line %d: %s", f.Line, recordFaults[f.Code])
}

var recordFaults = map[RecordFaultCode]string{
	RecordUnreadable: "is no record in canonical form: it was changed, or not written by this library",
	RecordTruncated:  "the last record is cut off",
	RecordChain:      "does not follow the line before it: a record was changed, removed, added or moved",
	RecordSequence:   "does not have the next number: records were removed, added or moved",
	RecordUnsigned:   "is not signed",
	RecordUnknownKey: "is signed by a key that was not given",
	RecordSignature:  "the signature does not hold: the record was changed",
	RecordMissing:    "the file ends too early: records were cut off, or it is another file",
	RecordContent:    "a field is not of its form",
}

// RecordReport is what a verification found. It marshals as {records, head, signatures, faults[{line, code, sequence}]}.
type RecordReport struct {
	Records    int64         `json:"records"`    // lines that are records
	Head       string        `json:"head"`       // the hash of the last line
	Signatures int64         `json:"signatures"` // that were verified; 0 where no keys were given
	Faults     []RecordFault `json:"faults"`     // by line
	Last       *Record       `json:"-"`          // nil where there is none
}

// OK reports whether nothing is wrong.
func (r *RecordReport) OK() bool { return len(r.Faults) == 0 }

// VerifyRecords reads a file of records: every line is canonical, follows the one before it, and is signed by one of the keys. Without keys only the
// chain is verified, which shows damage but not forgery. head, where it is given, is the hash that the file has to end in: without it nobody can tell that
// records were cut off the end. The error is one of reading.
func VerifyRecords(r io.Reader, keys []RecordPublicKey, head ...string) (*RecordReport, error) {
	v := &recordVerifier{report: &RecordReport{Head: RecordStart, Faults: []RecordFault{}}, keys: keys}
	in := bufio.NewReaderSize(r, 64<<10)
	for line := int64(1); ; line++ {
		text, ended, err := recordLine(in)
		if err != nil {
			return nil, err
		}
		if len(text) == 0 && ended {
			break
		}
		v.line(line, text, ended)
		if ended {
			break
		}
	}
	report := v.report
	if len(head) > 0 && !slices.Contains(head, report.Head) {
		report.Faults = append(report.Faults, RecordFault{Line: report.Records + 1, Code: RecordMissing})
	}
	return report, nil
}

// recordLine reads one line without its end; ended says that it has none, because the file ends. A longer line than a record can be is cut.
func recordLine(in *bufio.Reader) (line []byte, ended bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line) <= maxRecordBytes {
			line = append(line, part...)
		}
		switch {
		case err == nil:
			return bytes.TrimSuffix(line, []byte{'\n'}), false, nil
		case errors.Is(err, io.EOF):
			return line, true, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		}
	}
}

type recordVerifier struct {
	report *RecordReport
	keys   []RecordPublicKey
	last   int64 // sequence
}

func (v *recordVerifier) line(number int64, text []byte, cut bool) {
	fault := func(code RecordFaultCode, sequence int64) {
		v.report.Faults = append(v.report.Faults, RecordFault{number, code, sequence})
	}
	r, signed, signature, ok := parseRecord(text)
	switch {
	case cut:
		fault(RecordTruncated, 0)
	case !ok:
		fault(RecordUnreadable, 0)
	}
	previous := v.report.Head
	v.report.Head = recordHash(text)
	if !ok {
		v.last++
		return
	}
	v.report.Records++
	v.report.Last = r
	if r.Previous != previous {
		fault(RecordChain, r.Sequence)
	}
	if r.Sequence != v.last+1 {
		fault(RecordSequence, r.Sequence)
	}
	v.last = r.Sequence
	if r.check() != nil {
		fault(RecordContent, r.Sequence)
	}
	if len(v.keys) == 0 {
		return
	}
	if code := v.signature(r, signed, signature); code != "" {
		fault(code, r.Sequence)
		return
	}
	v.report.Signatures++
}

func (v *recordVerifier) signature(r *Record, signed, signature []byte) RecordFaultCode {
	if r.Signer == nil || len(signature) == 0 {
		return RecordUnsigned
	}
	i := slices.IndexFunc(v.keys, func(k RecordPublicKey) bool { return k.id == r.Signer.Key && k.algorithm == r.Signer.Algorithm })
	switch {
	case i < 0:
		return RecordUnknownKey
	case !v.keys[i].verify(signed, signature):
		return RecordSignature
	}
	return ""
}

// parseRecord reads a line and demands that it is canonical: what it holds, written again, gives the same bytes.
func parseRecord(line []byte) (r *Record, signed, signature []byte, ok bool) {
	at := bytes.LastIndex(line, []byte(signatureKey))
	if at < 0 || !bytes.HasSuffix(line[at+len(signatureKey):], []byte(`"}`)) || len(line) > maxRecordBytes {
		return nil, nil, nil, false
	}
	signed = line[:at]
	encoded := line[at+len(signatureKey) : len(line)-len(`"}`)]
	signature, err := base64.StdEncoding.Strict().DecodeString(string(encoded))
	if err != nil {
		return nil, nil, nil, false
	}
	body := append(bytes.Clone(signed), '}')
	r = new(Record)
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(r) != nil || d.More() {
		return nil, nil, nil, false
	}
	again, err := encodeRecord(r)
	if err != nil || !bytes.Equal(again, body) {
		return nil, nil, nil, false
	}
	return r, signed, signature, true
}
