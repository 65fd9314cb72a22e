package catalog

import (
	"fmt"

	"github.com/banfa-go/banfa/internal/message"
)

// words are one text in the languages of findings.
type words struct{ zh, en string }

// say is a sentence of the catalogue of messages. Arguments that are words go into each sentence in its language, others as they print.
func say(key string, args ...any) words {
	zh, en := make([]string, len(args)), make([]string, len(args))
	for i, a := range args {
		w, ok := a.(words)
		if !ok {
			w = same(fmt.Sprint(a))
		}
		zh[i], en[i] = w.zh, w.en
	}
	return words{message.Text(message.Chinese, key, zh...), message.Text(message.English, key, en...)}
}

// same is a text that is one in all languages, such as a name.
func same(s string) words { return words{s, s} }

// add appends a text that goes on; between is what stands before it in English, where words are apart.
func (w words) add(between string, more words) words {
	return words{w.zh + more.zh, w.en + between + more.en}
}

// saying is the finding with its texts.
func (f Finding) saying(what, fix words) Finding {
	f.Message, f.MessageEN = what.zh, what.en
	f.Fix, f.FixEN = fix.zh, fix.en
	return f
}

// Text returns what a finding says, and what to do about it, in a language: zh or en. What has no English text, as where a rule file has no
// labels in English, is as the rule file says it.
func (f *Finding) Text(lang string) (message, fix string) {
	return inLanguage(lang, f.Message, f.MessageEN), inLanguage(lang, f.Fix, f.FixEN)
}

// Text returns what a rule, or the check of a field, is about, in a language: zh or en.
func (n *RuleCount) Text(lang string) string { return inLanguage(lang, n.Message, n.MessageEN) }

// Text returns what is to be mended in a language: zh or en.
func (x *Fix) Text(lang string) string { return inLanguage(lang, x.Message, x.MessageEN) }

// Text returns the title of a finding in a language: zh or en.
func (f *FusionFinding) Text(lang string) string { return inLanguage(lang, f.Title, f.TitleEN) }

// Label is the kind in words, in a language: zh or en.
func (k LedgerKind) Label(lang string) string { return message.Text(lang, "ledger."+string(k)) }

// Label is the state in words, in a language: zh or en.
func (s FusionState) Label(lang string) string { return message.Text(lang, "state."+string(s)) }

func inLanguage(lang, own, english string) string {
	if lang == message.English && english != "" {
		return english
	}
	return own
}
