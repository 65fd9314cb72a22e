package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/message"
)

type recordCommand struct {
	Verify recordVerifyCommand `cmd:"" help:"Verify a file of processing records: its chain and its signatures (Art. 55)."`
	Keygen recordKeygenCommand `cmd:"" help:"Make a key pair that signs processing records."`
}

type recordVerifyCommand struct {
	File string   `arg:"" help:"The file of records; - for standard input."`
	Key  []string `help:"A public key in PEM that may have signed; again for each. Without keys only the chain is verified." placeholder:"FILE" sep:"none"`
	Head string   `help:"The hash that the file has to end in, as it was told when the last record was kept." placeholder:"sha256:…"`
}

// Run verifies records.
func (c *recordVerifyCommand) Run(a *app) (err error) {
	var keys []desensitize.RecordPublicKey
	for _, name := range c.Key {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		key, err := desensitize.RecordPublicKeyOf(text)
		if err != nil {
			return said("%s is not a public key in PEM that verifies records (Ed25519 or SM2)", "%s 不是可用于验证处理记录的 PEM 公钥（Ed25519 或者 SM2）", name)
		}
		keys = append(keys, key)
	}
	in := a.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = f
	}
	var heads []string
	if c.Head != "" {
		heads = append(heads, c.Head)
	}
	r, err := desensitize.VerifyRecords(in, keys, heads...)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		err = c.print(a, r)
	}
	if err == nil && !r.OK() {
		return quiet(statusFindings)
	}
	return err
}

func (c *recordVerifyCommand) print(a *app, r *desensitize.RecordReport) error {
	var b bytes.Buffer
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(a.lang, en, zh), args...) }
	say("%d records, %d signatures verified\n", "%d 条记录，验证签名 %d 个\n", r.Records, r.Signatures)
	for i := range r.Faults {
		f := &r.Faults[i]
		if a.lang == message.Chinese {
			fmt.Fprintf(&b, "  第 %d 行：%s\n", f.Line, recordFaultsChinese[f.Code])
		} else {
			fmt.Fprintf(&b, "  %s\n", f.Error())
		}
	}
	if r.OK() {
		say("the chain holds\n", "链条完整\n")
	}
	if len(c.Key) == 0 && r.Records > 0 {
		say("signatures were not verified: no --key was given\n", "没有给出 --key，未验证签名\n")
	}
	if c.Head == "" && r.Records > 0 {
		say("whether records were cut off the end cannot be told without --head; the file ends in %s\n",
			"没有给出 --head，无法判断末尾是否被删减；文件末尾为 %s\n", r.Head)
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}

// recordFaultsChinese says each fault in Chinese.
var recordFaultsChinese = map[desensitize.RecordFaultCode]string{
	desensitize.RecordUnreadable: "不是规范形式的记录：被改动过，或者不是本程序所写",
	desensitize.RecordTruncated:  "最后一条记录不完整",
	desensitize.RecordChain:      "与上一行不衔接：有记录被改动、删除、增加或者移动",
	desensitize.RecordSequence:   "序号不连续：有记录被删除、增加或者移动",
	desensitize.RecordUnsigned:   "没有签名",
	desensitize.RecordUnknownKey: "签名的密钥不在所给之列",
	desensitize.RecordSignature:  "签名不成立：记录被改动过",
	desensitize.RecordMissing:    "文件提前结束：末尾的记录被删除，或者不是同一个文件",
	desensitize.RecordContent:    "有字段不合形式",
}

type recordKeygenCommand struct {
	Out       string `required:"" help:"Where the private key goes, readable by its owner alone; the public key goes beside it, with .pub behind the name." placeholder:"FILE"`
	Algorithm string `help:"ed25519 or sm2." enum:"ed25519,sm2" default:"ed25519" placeholder:"NAME"`
}

// Run makes a key pair. It never writes over a file.
func (c *recordKeygenCommand) Run(a *app) error {
	algorithm := desensitize.Ed25519
	if c.Algorithm == "sm2" {
		algorithm = desensitize.SM2
	}
	key, err := desensitize.NewRecordKey(algorithm, rand.Reader)
	if err != nil {
		return err
	}
	private, err := key.PEM()
	if err != nil {
		return err
	}
	public, err := key.Public().PEM()
	if err != nil {
		return err
	}
	const secret, open = 0o600, 0o644
	if err := writeNew(c.Out, private, secret); err != nil {
		return err
	}
	if err := writeNew(c.Out+".pub", public, open); err != nil {
		return errors.Join(err, os.Remove(c.Out))
	}
	if a.JSON {
		return a.printJSON(map[string]string{"algorithm": algorithm, "id": key.Public().ID()})
	}
	_, err = fmt.Fprintf(a.stdout, "%s %s\n", strings.ToLower(algorithm), key.Public().ID())
	return err
}

// writeNew writes a file that must not be there yet.
func writeNew(name string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
