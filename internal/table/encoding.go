package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// The encodings of Reader.Encoding.
const (
	UTF8    = "UTF-8"
	UTF8BOM = "UTF-8 BOM"
	UTF16LE = "UTF-16LE"
	UTF16BE = "UTF-16BE"
	GB18030 = "GB18030"
	Big5    = "Big5"
)

// decoderOf returns the decoding of an encoding, nil for UTF-8 itself, and its name as Reader.Encoding has it.
func decoderOf(name string) (encoding.Encoding, string, error) {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)) {
	case "UTF8", "UTF8BOM", "UTF8SIG":
		return nil, UTF8, nil
	case "UTF16LE":
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), UTF16LE, nil
	case "UTF16BE":
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), UTF16BE, nil
	case "GB18030", "GBK", "GB2312", "CP936":
		return simplifiedchinese.GB18030, GB18030, nil
	case "BIG5", "CP950":
		return traditionalchinese.Big5, Big5, nil
	}
	return nil, "", &Error{What: fmt.Sprintf("encoding %q is not known; use UTF-8, UTF-16LE, UTF-16BE, GB18030 or Big5", name)}
}

// sampleBytes is how much of a text decides its encoding and its delimiter.
const sampleBytes = 64 << 10

// detectEncoding decides what a text is encoded in:
//
//  1. A byte-order mark decides.
//  2. A text of which every second byte of the first ones is zero is UTF-16.
//  3. The sample begins at the first byte that is not ASCII, so that a long English header does not hide what follows. Where there is
//     none, or all of the sample is valid UTF-8, it is UTF-8: other encodings are valid UTF-8 by chance only in very short texts.
//  4. Otherwise it is GB 18030 or Big5. The sample is decoded as both. Whichever has more than one invalid sequence in a hundred
//     characters is out. Of two that remain, the one with the larger share of common characters wins: those of the first level of the
//     standard (GB 2312 rows 16 to 55, Big5 0xA440 to 0xC67E), counted once, and those of commonCharacters, which catalogs are full
//     of, counted four times more. Text in the wrong encoding is rare characters nearly throughout. A tie is GB 18030, the mandatory
//     encoding of the mainland.
//  5. Where both are out nothing is guessed.
func detectEncoding(r io.ReaderAt, size int64) (name string, bom int, err error) {
	head := make([]byte, min(size, sampleBytes))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return UTF8BOM, 3, nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, 2, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, 2, nil
	}
	if name := zeroBytes(head); name != "" {
		return name, 0, nil
	}
	sample, err := sampleFrom(r, size)
	if err != nil {
		return "", 0, err
	}
	if validUTF8(sample, len(sample) == sampleBytes) {
		return UTF8, 0, nil
	}
	gb, gbOK := score(sample, simplifiedchinese.GB18030, func(lead byte) bool { return lead >= 0xb0 && lead <= 0xd7 })
	big, bigOK := score(sample, traditionalchinese.Big5, func(lead byte) bool { return lead >= 0xa4 && lead <= 0xc6 })
	switch {
	case bigOK && (!gbOK || big > gb):
		return Big5, 0, nil
	case gbOK:
		return GB18030, 0, nil
	}
	return "", 0, &Error{What: "its encoding cannot be told (neither UTF-8, UTF-16, GB 18030 nor Big5); save it as UTF-8 or name the encoding", Err: ErrFormat}
}

// zeroBytes tells UTF-16 without a mark: ASCII in it has a zero in every other byte.
func zeroBytes(head []byte) string {
	var even, odd int
	n := min(len(head), 512) &^ 1
	for i := 0; i < n; i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch {
	case odd > 0 && even == 0:
		return UTF16LE
	case even > 0 && odd == 0:
		return UTF16BE
	}
	return ""
}

func sampleFrom(r io.ReaderAt, size int64) ([]byte, error) {
	buf := make([]byte, sampleBytes)
	for at := int64(0); at < size; at += sampleBytes {
		n, err := r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		i := bytes.IndexFunc(buf[:n], func(c rune) bool { return c >= utf8.RuneSelf })
		if i < 0 {
			continue
		}
		n, err = r.ReadAt(buf, at+int64(i))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return buf[:n], nil
	}
	return nil, nil
}

// validUTF8 allows the sample to end within a character.
func validUTF8(b []byte, cut bool) bool {
	for range utf8.UTFMax - 1 {
		if utf8.Valid(b) {
			return true
		}
		if !cut || len(b) == 0 {
			return false
		}
		b = b[:len(b)-1]
	}
	return utf8.Valid(b)
}

// score returns how common the characters are that a sample has in an encoding, from 0 to 5, and whether it can be in it at all.
func score(sample []byte, e encoding.Encoding, common func(lead byte) bool) (float64, bool) {
	text, err := e.NewDecoder().Bytes(sample)
	if err != nil {
		return 0, false
	}
	var bad, wide, known int
	for _, r := range string(text) {
		switch {
		case r == utf8.RuneError || unicode.Is(unicode.Co, r):
			bad++
		case r >= utf8.RuneSelf:
			wide++
			if strings.ContainsRune(commonCharacters, r) {
				known++
			}
		}
	}
	if len(sample) == sampleBytes && bad > 0 {
		bad-- // it may end within a character
	}
	const tolerated = 100 // characters to one invalid sequence
	if wide == 0 || bad*tolerated > wide+bad {
		return 0, false
	}
	first := 0
	for i := 0; i+1 < len(sample); i++ {
		if sample[i] >= 0x81 {
			if common(sample[i]) {
				first++
			}
			i++
		}
	}
	const weight = 4
	return (float64(min(first, wide)) + weight*float64(known)) / float64(wide), true
}

// commonCharacters are those that catalogs are full of, simplified and traditional.
const commonCharacters = "的一是在不了有和人这中大为上个国以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经" +
	"数据信息名称目录资源单位部门类型格式更新日期时间周期开放共享条件摘要主题编号编码序号地址电话联系机构市区县街道统计服务管理局委" +
	"數據資訊資料名稱目錄資源單位部門類型格式更新日期時間週期開放共享條件摘要主題編號編碼序號地址電話聯絡機構市區縣街道統計服務管理局" +
	"這個為來時們對會發動過說產種後經學國與業務實際處項欄說明提供每月年日季說點號碼" +
	"业务实际处项栏说明提供每月年日季点号码登记许可企业法定代表社会信用"

// decode wraps a text in the decoder of its encoding. What cannot be decoded becomes U+FFFD.
func decode(r io.Reader, e encoding.Encoding) io.Reader {
	if e == nil {
		return r
	}
	return e.NewDecoder().Reader(r)
}
