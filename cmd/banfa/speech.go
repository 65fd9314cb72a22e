package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
)

// saying is an error of the command itself, in both languages.
type saying struct{ en, zh string }

func (s *saying) Error() string { return s.en }

// said makes an error of two templates that take the same arguments.
func said(en, zh string, args ...any) error {
	return &saying{fmt.Sprintf(en, args...), fmt.Sprintf(zh, args...)}
}

// describe puts an error into the user's language where it can speak several.
func (a *app) describe(err error) string {
	var own *saying
	if errors.As(err, &own) {
		return pick(a.lang, own.en, own.zh)
	}
	var fe *banfa.FactError
	if errors.As(err, &fe) {
		return fe.Message(a.lang)
	}
	if deadline.CodeOf(err) != "" {
		return deadline.Explain(err, a.lang)
	}
	var spoken interface{ Message(lang string) string }
	if errors.As(err, &spoken) {
		return spoken.Message(a.lang)
	}
	if text, ok := a.classifyError(err); ok {
		return text
	}
	var pe *fs.PathError
	if errors.As(err, &pe) && a.lang == message.Chinese {
		return message.Visible(pe.Path) + "：" + pathTrouble(pe.Err)
	}
	return withoutPackage(err.Error())
}

// classifyError says what package classify could not do.
func (a *app) classifyError(err error) (string, bool) {
	var nf *classify.NotFoundError
	var nif *classify.NotInForceError
	var ce *classify.ChangeError
	switch {
	case errors.As(err, &nf) && nf.Name == "" && len(nf.Have) > 0:
		return pick(a.lang, "there are several rule files; give the name of one: ", "规则文件不止一个，请写明名称：") + strings.Join(nf.Have, ", "), true
	case a.lang != message.Chinese:
	case errors.As(err, &nf) && len(nf.Have) == 0:
		return "没有 Classification 类的规则文件", true
	case errors.As(err, &nf):
		return "没有 Classification/" + nf.Name + "；现有 " + strings.Join(nf.Have, ", "), true
	case errors.As(err, &nif):
		day := nif.At.In(civil.Zone).Format(time.DateOnly)
		return fmt.Sprintf("%s 在 %s 不在施行期间（%s 至 %s）", nif.Name, day, orOpen(nif.From), orOpen(nif.Until)), true
	case errors.As(err, &ce) && ce.Field == "transitions":
		return ce.Value + " 没有变更规则（transitions）", true
	case errors.As(err, &ce):
		return fmt.Sprintf("%s：没有 %s 这个类型；现有 %s", ce.Field, message.Visible(ce.Value), strings.Join(ce.Known, ", ")), true
	}
	return "", false
}

func orOpen(date string) string {
	if date == "" {
		return "…"
	}
	return date
}

// withoutPackage takes away the name of the package that speaks: whoever uses the command knows none.
func withoutPackage(text string) string {
	for _, p := range []string{"banfa", "classify", "conformance", "jsonschema"} {
		if rest, ok := strings.CutPrefix(text, p+": "); ok {
			return rest
		}
	}
	return text
}

// pathTrouble is what most often is wrong with a path, in Chinese.
func pathTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件或者文件夹"
	case errors.Is(err, fs.ErrPermission):
		return "没有访问权限"
	case errors.Is(err, syscall.EISDIR):
		return "是文件夹，应当是文件"
	}
	return err.Error()
}

func pick(lang, en, zh string) string {
	if lang == message.Chinese {
		return zh
	}
	return en
}
