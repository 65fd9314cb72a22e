package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
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
	var s *saying
	var fe *banfa.FactError
	var pe *fs.PathError
	switch {
	case errors.As(err, &s):
		return pick(a.lang, s.en, s.zh)
	case errors.As(err, &fe):
		return fe.Message(a.lang)
	case deadline.CodeOf(err) != "":
		return deadline.Explain(err, a.lang)
	case errors.As(err, &pe) && a.lang == message.Chinese:
		return message.Visible(pe.Path) + "：" + pathTrouble(pe.Err)
	}
	return err.Error()
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
