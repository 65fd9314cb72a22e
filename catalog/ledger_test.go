package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

// ledgerEntry is an open entry of 甲局, published daily as csv; items are separated by blanks.
func ledgerEntry(id, name, items string) catalog.Entry {
	e := catalog.Entry{ID: id, Name: name, Unit: "甲局", OpenType: catalog.Unconditional, Format: "csv", UpdateFrequency: "day"}
	for item := range strings.FieldsSeq(items) {
		e.Items = append(e.Items, catalog.Item{Name: item})
	}
	return e
}

func ledgerOf(t *testing.T, before, after []catalog.Entry) []string {
	t.Helper()
	l, err := catalog.Diff(&catalog.Catalog{Entries: before}, &catalog.Catalog{Entries: after})
	require.NoError(t, err)
	out := []string{}
	for _, c := range l.Changes {
		out = append(out, strings.Join(strings.Fields(c.Entry+" "+string(c.Kind)+" "+c.NewID+" "+c.Item), " "))
	}
	return out
}

func TestLedgerTellsSplitsAndMergesFromDeletions(t *testing.T) {
	all := ledgerEntry("1", "公交", "站名 线路 班次 票价")
	with := func(e catalog.Entry, change func(*catalog.Entry)) catalog.Entry {
		change(&e)
		return e
	}
	type entries = []catalog.Entry
	for name, c := range map[string]struct {
		before, after entries
		want          []string
	}{
		"a split loses nothing": {
			entries{all},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), ledgerEntry("3", "公交票价", "站名 班次 票价")},
			[]string{"1 split 3, 2"},
		},
		"a split, one piece under the old name": {
			entries{all},
			entries{ledgerEntry("2", "公交", "站名 线路"), ledgerEntry("3", "公交票价", "班次 票价")},
			[]string{"1 split 2, 3"},
		},
		"a split that loses an item": {
			entries{all},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), ledgerEntry("3", "公交票价", "票价")},
			[]string{"1 item_removed 2, 3 班次", "1 split 2, 3"},
		},
		"a piece that gives less": {
			entries{all},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), with(ledgerEntry("3", "公交票价", "班次 票价"), func(e *catalog.Entry) { e.OpenType, e.Format = catalog.Conditional, "pdf" })},
			[]string{"1 format_not_machine_readable 3", "1 split 2, 3", "1 stricter 3"},
		},
		"a piece that is closed is none": {
			entries{all},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), with(ledgerEntry("3", "公交票价", "班次 票价"), func(e *catalog.Entry) { e.OpenType = catalog.Closed })},
			[]string{"1 open_deleted", "2 added", "3 added"},
		},
		"nor is one of another unit": {
			entries{all},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), with(ledgerEntry("3", "公交票价", "班次 票价"), func(e *catalog.Entry) { e.Unit = "乙局" })},
			[]string{"1 open_deleted", "2 added", "3 added"},
		},
		"nor one of another system": {
			entries{with(all, func(e *catalog.Entry) { e.System = "公交系统" })},
			entries{ledgerEntry("2", "公交站点", "站名 线路"), with(ledgerEntry("3", "地铁票价", "班次 票价"), func(e *catalog.Entry) { e.System = "地铁系统" })},
			[]string{"1 open_deleted", "2 added", "3 added"},
		},
		"two become one": {
			entries{ledgerEntry("1", "公交站点", "站名 线路"), ledgerEntry("2", "公交票价", "班次 票价")},
			entries{with(all, func(e *catalog.Entry) { e.ID = "3" })},
			[]string{"1 merged 3", "2 merged 3"},
		},
		"two become one that lacks an item": {
			entries{ledgerEntry("1", "公交站点", "站名 线路"), ledgerEntry("2", "公交票价", "班次 票价 优惠")},
			entries{with(all, func(e *catalog.Entry) { e.ID = "3" })},
			[]string{"1 merged 3", "2 item_removed 3 优惠", "2 merged 3"},
		},
		"one that was deleted is no merge": {
			entries{ledgerEntry("1", "公交站点", "站名 线路")},
			entries{with(all, func(e *catalog.Entry) { e.ID = "3" })},
			[]string{"1 open_deleted", "3 added"},
		},
		"two that share little with the new one are deleted": {
			entries{ledgerEntry("1", "公交站点", "名称"), ledgerEntry("2", "公交票价", "名称")},
			entries{ledgerEntry("3", "企业", "名称 法人 住所")},
			[]string{"1 open_deleted", "2 open_deleted", "3 added"},
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, ledgerOf(t, c.before, c.after)) })
	}
}

func TestLedgerTakesOnlyAnArticleOfALawAsABasis(t *testing.T) {
	one := ledgerEntry("1", "公交", "站名")
	before, after := &catalog.Catalog{Entries: []catalog.Entry{one}}, &catalog.Catalog{}
	for basis, want := range map[string]bool{
		"《中华人民共和国数据安全法》第二十一条":            true,
		"《中华人民共和国个人信息保护法》（2021年）第13条第一款": true,
		"《民法典》第一千零三十二条":                  true,
		"《深圳经济特区数据条例》第四十八条":              true,
		"《政府信息公开条例（2019修订）》第十四条":         true,
		"数据安全法第二十一条":                     true,
		"根据刑法第二百五十三条之一":                  true,
		"《突发事件应对法》第五十三条；市政府办公厅通知一并附上":    true,
		"按通知要求，依据《网络安全法》第四十二条":           true,
		"个人信息保护法第五十七条规定的通知义务":            true,
		"领导批示；《保守国家秘密法》第十三条":             true,

		"":             false,
		"会议纪要第三条":      false,
		"《市政府会议纪要》第三条": false,
		"《数据开放工作方案》第三条":   false,
		"《内部管理办法》第三条":     false,
		"《关于调整的通知》第三条":    false,
		"内部规定第二条":         false,
		"本局管理办法第二条":       false,
		"通知规定第三条":         false,
		"领导口头要求，数据安全法第一条": false,
		"数据安全法":           false,
		"《数据安全法》":         false,
		"《数据安全法》和会议纪要第三条": false,
		"第二十一条":           false,
		"按照规定第三条":         false,
		"工作方法第三条":         false,
		"第一批条目":           false,
	} {
		t.Run(basis, func(t *testing.T) {
			l, err := catalog.Diff(before, after, catalog.LedgerBasis(map[string]string{"1": basis}))
			require.NoError(t, err)
			require.Len(t, l.Changes, 1)
			assert.Equal(t, want, l.Changes[0].Supported)
		})
	}
}
