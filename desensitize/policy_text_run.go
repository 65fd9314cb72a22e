package desensitize

import (
	"errors"
	"fmt"
	"strings"
)

// resumeChinese says what has changed since a run stopped.
var resumeChinese = map[string]string{
	"library": "程序版本", "policy": "策略", "keys": "密钥", "input": "输入文件", "columns": "列", "input options": "读取选项", "time": "处理时间",
	"whether the risk before is measured": "是否评估处理前的风险", "output options": "输出选项",
}

// policyRunChinese says in Chinese why the options of a run were refused.
func policyRunChinese(err error) string {
	var resume *ResumeError
	var missing *BudgetMissingError
	var budget *BudgetError
	var vault *VaultError
	switch {
	case errors.As(err, &resume):
		var what []string
		for _, c := range resume.Changed {
			if key, ok := strings.CutPrefix(c, "key "); ok {
				what = append(what, "密钥 "+key)
				continue
			}
			what = append(what, resumeChinese[c])
		}
		s := "不能继续上次的处理，下列内容已经改变：" + strings.Join(what, "、")
		if resume.File != "" {
			s += "；如需重新开始，请删除 " + resume.File
		}
		return s
	case errors.As(err, &missing):
		return fmt.Sprintf("策略 %s 对列 %s 加噪，但没有给出隐私预算台账：请给出台账，或者明示不记台账", missing.Policy, strings.Join(missing.Columns, "、"))
	case errors.As(err, &budget):
		return fmt.Sprintf("隐私预算不足：%s 每 %s 已用 ε %s，本次发布后为 %s，上限 %s；没有处理任何数据", budget.DataSet, budget.Unit, budget.Spent, budget.Would, budget.Limit)
	case errors.As(err, &vault) && len(vault.Allowed) == 0:
		return fmt.Sprintf("策略 %s 不允许还原任何假名（未写 reversal）", vault.Policy)
	case errors.As(err, &vault):
		return fmt.Sprintf("策略 %s 不允许还原列 %s", vault.Policy, vault.Column)
	}
	return ""
}

// Message says the error in a language, "zh" or English.
func (e *ResumeError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *BudgetMissingError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *BudgetError) Message(lang string) string { return policyMessage(lang, e) }

// Message says the error in a language, "zh" or English.
func (e *VaultError) Message(lang string) string { return policyMessage(lang, e) }
