package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
)

// oleSignature begins a compound file (MS-CFB), in which old office programs keep their documents.
const oleSignature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// What stands for no sector and no directory entry.
const (
	oleLastSector = 0xfffffffa // from here on a number is no sector
	oleNoEntry    = 0xffffffff
)

var errOLE = errors.New("its sectors lead nowhere")

// oleFile is a compound file: a file system of sectors. Every chain of sectors is followed for as many steps as there are sectors at most.
type oleFile struct {
	in      io.ReaderAt
	size    int64
	sector  int64 // bytes
	fat     []uint32
	minifat []uint32
	mini    []byte // the stream that small streams stand in
	cutoff  uint32 // below this size a stream stands in it
	entries []oleEntry
}

type oleEntry struct {
	name               string
	kind               byte // 1: storage, 2: stream, 5: root
	left, right, child uint32
	start              uint32
	size               int64
}

// openOLE reads the tables of a compound file.
func openOLE(r io.ReaderAt, size int64) (*oleFile, error) {
	const header = 512
	head := make([]byte, header)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), head); err != nil {
		return nil, err
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(head[at:]) }
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return nil, fmt.Errorf("sectors of 2^%d bytes", shift)
	}
	f := &oleFile{in: r, size: size, sector: 1 << shift, cutoff: u32(56)}
	var fats []uint32
	for i := range 109 {
		fats = append(fats, u32(76+4*i))
	}
	for next := u32(68); next < oleLastSector; {
		table, err := f.numbers(next)
		if err != nil {
			return nil, err
		}
		last := len(table) - 1
		fats, next = append(fats, table[:last]...), table[last]
		if int64(len(fats))*f.sector > size+109*f.sector {
			return nil, errOLE
		}
	}
	for _, s := range fats {
		if s >= oleLastSector {
			continue
		}
		if int64(len(f.fat))*f.sector > size { // the table knows more sectors than there are
			break
		}
		table, err := f.numbers(s)
		if err != nil {
			return nil, err
		}
		f.fat = append(f.fat, table...)
	}
	directory, err := f.chain(u32(48), -1)
	if err != nil {
		return nil, err
	}
	f.list(directory, shift == 9)
	if len(f.entries) == 0 {
		return nil, errors.New("it has no directory")
	}
	if f.entries[0].start < oleLastSector && u32(60) < oleLastSector {
		if f.mini, err = f.chain(f.entries[0].start, -1); err != nil {
			return nil, err
		}
		table, err := f.chain(u32(60), -1)
		if err != nil {
			return nil, err
		}
		for ; len(table) >= 4; table = table[4:] {
			f.minifat = append(f.minifat, binary.LittleEndian.Uint32(table))
		}
	}
	return f, nil
}

// read reads one sector. The last one of a file may be cut off: what is missing is zero.
func (f *oleFile) read(n uint32) ([]byte, error) {
	b := make([]byte, f.sector)
	at := (int64(n) + 1) * f.sector
	if at >= f.size {
		return nil, errOLE
	}
	if _, err := f.in.ReadAt(b[:min(f.sector, f.size-at)], at); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}

// numbers reads a sector of a table.
func (f *oleFile) numbers(n uint32) ([]uint32, error) {
	b, err := f.read(n)
	if err != nil {
		return nil, err
	}
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out, nil
}

// chain reads the sectors of a stream from the first on, up to its size; size −1 is all of them.
func (f *oleFile) chain(start uint32, size int64) ([]byte, error) {
	var out []byte
	for steps := 0; start < oleLastSector && (size < 0 || int64(len(out)) < size); steps++ {
		if steps > len(f.fat) || int(start) >= len(f.fat) {
			return nil, errOLE
		}
		b, err := f.read(start)
		if err != nil {
			return nil, err
		}
		out, start = append(out, b...), f.fat[start]
	}
	return oleCut(out, size)
}

func oleCut(b []byte, size int64) ([]byte, error) {
	switch {
	case size < 0:
		return b, nil
	case int64(len(b)) < size:
		return nil, errOLE
	}
	return b[:size], nil
}

// list reads the directory. In files with small sectors the high half of a size may be anything.
func (f *oleFile) list(b []byte, short bool) {
	const entry = 128
	for ; len(b) >= entry; b = b[entry:] {
		e := oleEntry{
			kind: b[66], left: binary.LittleEndian.Uint32(b[68:]), right: binary.LittleEndian.Uint32(b[72:]), child: binary.LittleEndian.Uint32(b[76:]),
			start: binary.LittleEndian.Uint32(b[116:]), size: int64(binary.LittleEndian.Uint64(b[120:]) & (1<<63 - 1)),
		}
		if short {
			e.size &= 1<<32 - 1
		}
		var name []uint16
		for i := 0; i+2 < int(min(binary.LittleEndian.Uint16(b[64:]), 64)); i += 2 { // without the zero behind it
			name = append(name, binary.LittleEndian.Uint16(b[i:]))
		}
		e.name = string(utf16.Decode(name))
		f.entries = append(f.entries, e)
	}
}

// top finds a stream at the top of the file: what is embedded in it stands further down.
func (f *oleFile) top(name string) *oleEntry {
	seen := make([]bool, len(f.entries))
	for todo := []uint32{f.entries[0].child}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at == oleNoEntry || int64(at) >= int64(len(seen)) || seen[at] {
			continue
		}
		seen[at] = true
		e := &f.entries[at]
		if e.kind == 2 && e.name == name {
			return e
		}
		todo = append(todo, e.left, e.right)
	}
	return nil
}

// stream reads a stream.
func (f *oleFile) stream(e *oleEntry) ([]byte, error) {
	if e.size > f.size {
		return nil, errOLE
	}
	if e.size >= int64(f.cutoff) {
		return f.chain(e.start, e.size)
	}
	const small = 64 // bytes of a small sector
	var out []byte
	for at, steps := e.start, 0; at < oleLastSector && int64(len(out)) < e.size; steps++ {
		from := int64(at) * small
		if steps > len(f.minifat) || int64(at) >= int64(len(f.minifat)) || from+small > int64(len(f.mini)) {
			return nil, errOLE
		}
		out, at = append(out, f.mini[from:from+small]...), f.minifat[at]
	}
	return oleCut(out, e.size)
}
