package main

import (
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/banfa-go/banfa/internal/message"
)

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command; all of them by default."`
}

// Run prints the help of a command, as --help does.
func (c *helpCommand) Run(a *app, parser *kong.Kong) error {
	ctx, err := kong.Trace(parser, c.Command)
	if err != nil {
		return err
	}
	if len(c.Command) > 0 && (ctx.Selected() == nil || commandPath(ctx.Selected()) != strings.Join(c.Command, " ")) {
		return fail(statusUsage, said("no command %s; banfa --help lists them", "没有命令 %s；banfa --help 列出全部命令", strings.Join(c.Command, " ")))
	}
	return helpText(a.stdout, a.lang, ctx)
}

// helpPrinter prints help in a language. kong's own knows English only, and counts a Chinese character as one column.
func helpPrinter(lang string) kong.HelpPrinter {
	return func(_ kong.HelpOptions, ctx *kong.Context) error { return helpText(ctx.Stdout, lang, ctx) }
}

func helpText(w io.Writer, lang string, ctx *kong.Context) error {
	p := helpPage{lang: lang}
	if node := ctx.Selected(); node != nil {
		p.command(ctx.Model, node)
	} else {
		p.all(ctx.Model)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

type helpPage struct {
	lang string
	out  strings.Builder
}

func (p *helpPage) say(en, zh string) { p.out.WriteString(pick(p.lang, en, zh)) }

// help is a help text in the page's language. The texts stand in English where the flags are declared.
func (p *helpPage) help(en string) string {
	if zh, ok := helpChinese[en]; ok && p.lang == message.Chinese {
		return zh
	}
	return en
}

func (p *helpPage) all(app *kong.Application) {
	p.say("Usage: banfa <command> [flags]\n\n", "用法：banfa <命令> [选项]\n\n")
	p.out.WriteString(p.help(app.Help) + "\n\n")
	p.say("Commands:\n", "命令：\n")
	var rows [][2]string
	for _, c := range app.Children {
		rows = append(rows, [2]string{c.Name, p.help(c.Help)})
	}
	p.table(rows)
	p.flags("Flags of every command:", "各命令通用的选项：", app.Flags)
	p.say("\nExit status: 0 fine; 1 an error, such as input that cannot be read; 2 usage; 3 findings in rule files; 4 failed cases; "+
		"5 refused by policy.\nRun banfa <command> --help for more about a command.\n",
		"\n退出状态：0 正常；1 出错，如输入无法读取；2 用法错误；3 规则文件有问题；4 用例未通过；5 按规则不允许。\n"+
			"各命令的用法见 banfa <命令> --help。\n")
}

func (p *helpPage) command(app *kong.Application, node *kong.Node) {
	p.say("Usage: banfa ", "用法：banfa ")
	p.out.WriteString(commandPath(node))
	if len(node.Children) > 0 {
		p.group(app, node)
		return
	}
	var rows [][2]string
	for _, arg := range node.Positional {
		p.out.WriteString(" " + arg.Summary())
		rows = append(rows, [2]string{arg.Summary(), p.help(arg.Help)})
	}
	p.say(" [flags]\n\n", " [选项]\n\n")
	p.out.WriteString(p.help(node.Help) + "\n")
	if len(rows) > 0 {
		p.say("\nArguments:\n", "\n参数：\n")
		p.table(rows)
	}
	p.flags("Flags:", "选项：", node.Flags)
	p.flags("Flags of every command:", "各命令通用的选项：", app.Flags)
}

// group writes the commands of a group.
func (p *helpPage) group(app *kong.Application, node *kong.Node) {
	p.say(" <command> [flags]\n\n", " <命令> [选项]\n\n")
	p.out.WriteString(p.help(node.Help) + "\n\n")
	p.say("Commands:\n", "命令：\n")
	var rows [][2]string
	for _, c := range node.Children {
		rows = append(rows, [2]string{c.Name, p.help(c.Help)})
	}
	p.table(rows)
	p.flags("Flags of every command:", "各命令通用的选项：", app.Flags)
	name := commandPath(node)
	p.say("\nRun banfa "+name+" <command> --help for more about a command.\n", "\n各命令的用法见 banfa "+name+" <命令> --help。\n")
}

// commandPath is a command as it is typed: a command of a group with the group's name.
func commandPath(node *kong.Node) string {
	if node.Parent == nil || node.Parent.Type == kong.ApplicationNode {
		return node.Name
	}
	return commandPath(node.Parent) + " " + node.Name
}

func (p *helpPage) flags(en, zh string, flags []*kong.Flag) {
	var rows [][2]string
	for _, f := range flags {
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		switch {
		case f.IsBool():
		case f.PlaceHolder != "":
			name += "=" + f.PlaceHolder
		default:
			name += "=" + strings.ToUpper(f.Name)
		}
		help := p.help(f.Help)
		if f.Required {
			help += pick(p.lang, " Required.", "必填。")
		}
		rows = append(rows, [2]string{name, help})
	}
	if len(rows) > 0 {
		p.say("\n"+en+"\n", "\n"+zh+"\n")
		p.table(rows)
	}
}

// table writes two columns; the second is broken into lines of at most helpWidth cells.
func (p *helpPage) table(rows [][2]string) {
	const helpWidth, widest = 76, 24
	left := 0
	for _, r := range rows {
		if len(r[0]) <= widest {
			left = max(left, len(r[0]))
		}
	}
	for _, r := range rows {
		indent := "  " + strings.Repeat(" ", left) + "  "
		p.out.WriteString("  " + r[0])
		for i, line := range wrap(r[1], helpWidth) {
			switch {
			case i > 0 || len(r[0]) > left:
				p.out.WriteString("\n" + indent)
			default:
				p.out.WriteString(strings.Repeat(" ", left-len(r[0])+2))
			}
			p.out.WriteString(line)
		}
		p.out.WriteString("\n")
	}
}

// wrap breaks a text between words, and between Chinese characters, which take two cells. Their punctuation stays with what is
// before it.
func wrap(text string, width int) []string {
	var lines []string
	line, cells := "", 0
	for _, word := range pieces(text) {
		if n := cellsOf(strings.TrimRight(word, " ")); cells+n > width && line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
			line, cells = "", 0
		}
		line += word
		cells += cellsOf(word)
	}
	return append(lines, line)
}

// pieces splits a text into what cannot be broken: words with the blanks behind them, and single Chinese characters.
func pieces(text string) []string {
	var out []string
	open := false // the last part may go on
	for _, r := range text {
		wide := r >= 0x2e80
		switch {
		case len(out) > 0 && (open && !wide || strings.ContainsRune("，。；：、？）", r)):
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		open = !wide && r != ' '
	}
	return out
}

func cellsOf(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return n
}
