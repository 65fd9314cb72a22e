package catalog

import (
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/table"
)

// exportColumn is a column of the table: of entries or of items.
type exportColumn struct {
	field  string // as in JSON; of an item item.name
	zh, en string
	entry  func(x *exporter, e *Entry) string
	item   func(x *exporter, i *Item) string
	inside bool // only of a base catalog
}

// exportColumns lists the columns in the order of the table. Their headers are labels that Import knows (alias.yaml). Columns that no entry fills are left out.
func exportColumns() []exportColumn {
	return append([]exportColumn{
		{field: "id", zh: "目录编码", en: "Catalog ID", entry: func(_ *exporter, e *Entry) string { return e.ID }},
		{field: "version", zh: "目录版本", en: "Version", entry: func(_ *exporter, e *Entry) string { return e.Version }},
		{field: "name", zh: "目录名称", en: "Name", entry: func(_ *exporter, e *Entry) string { return e.Name }},
		{field: "summary", zh: "目录摘要", en: "Summary", entry: func(_ *exporter, e *Entry) string { return e.Summary }},
		{field: "theme", zh: "主题", en: "Theme", entry: func(_ *exporter, e *Entry) string { return e.Theme }},
		{field: "unit", zh: "责任单位", en: "Unit", entry: func(_ *exporter, e *Entry) string { return e.Unit }},
		{field: "system", zh: "所属系统", en: "System", inside: true, entry: func(_ *exporter, e *Entry) string { return e.System }},
		{field: "format", zh: "数据格式", en: "Format", entry: func(_ *exporter, e *Entry) string { return e.Format }},
		{
			field: "sharing", zh: "共享属性", en: "Sharing", inside: true,
			entry: func(x *exporter, e *Entry) string { return x.sharingLabel(e.Sharing) },
		},
		{field: "open_type", zh: "开放类型", en: "Open type", entry: func(x *exporter, e *Entry) string { return x.openTypeLabel(e.OpenType) }},
		{field: "conditions", zh: "开放条件", en: "Conditions", entry: func(_ *exporter, e *Entry) string { return strings.Join(e.Conditions, "\n") }},
		{field: "materials", zh: "申请材料", en: "Materials", entry: func(_ *exporter, e *Entry) string { return strings.Join(e.Materials, "\n") }},
		{field: "reason", zh: "分类依据", en: "Reason", inside: true, entry: func(_ *exporter, e *Entry) string { return e.Reason }},
		{
			field: "update_frequency", zh: "更新频率", en: "Update frequency",
			entry: func(x *exporter, e *Entry) string { return x.frequencyLabel(e.UpdateFrequency) },
		},
		{field: "granularity", zh: "数据粒度", en: "Granularity", entry: func(_ *exporter, e *Entry) string { return e.Granularity }},
		{field: "level", zh: "敏感级别", en: "Level", inside: true, entry: func(_ *exporter, e *Entry) string { return exportNumber(e.Level) }},
		{field: "updated_at", zh: "数据更新时间", en: "Updated at", entry: func(_ *exporter, e *Entry) string { return exportCellTime(e.UpdatedAt) }},
		{
			field: "catalog_updated_at", zh: "目录更新时间", en: "Catalog updated at",
			entry: func(_ *exporter, e *Entry) string { return exportCellTime(e.CatalogUpdated) },
		},
		{field: "url", zh: "访问地址", en: "URL", entry: func(_ *exporter, e *Entry) string { return e.URL }},
		{field: "base_id", zh: "基础目录编码", en: "Base entry", entry: func(_ *exporter, e *Entry) string { return e.BaseID }},
		{field: "base_version", zh: "基础目录版本", en: "Base version", inside: true, entry: func(_ *exporter, e *Entry) string { return e.BaseVersion }},
		{field: "registration_code", zh: "登记编码", en: "Registration code", inside: true, entry: func(_ *exporter, e *Entry) string { return e.Registration }},
		{field: "source", zh: "来源目录", en: "Source", inside: true, entry: func(_ *exporter, e *Entry) string { return e.Source }},
		{field: "local_id", zh: "来源目录编号", en: "Local ID", inside: true, entry: func(_ *exporter, e *Entry) string { return e.LocalID }},
		{field: "review", zh: "审核状态", en: "Review", inside: true, entry: func(_ *exporter, e *Entry) string { return e.Review }},
		{
			field: "security_review", zh: "安全审查结果", en: "Security review", inside: true,
			entry: func(_ *exporter, e *Entry) string { return e.SecurityReview },
		},
		{
			field: "desensitization", zh: "脱敏处理记录", en: "Desensitization", inside: true,
			entry: func(_ *exporter, e *Entry) string { return e.Desensitization },
		},
	}, exportItemColumns()...)
}

func exportItemColumns() []exportColumn {
	return []exportColumn{
		{field: "item.name", zh: "数据项名称", en: "Item name", item: func(_ *exporter, i *Item) string { return i.Name }},
		{field: "item.type", zh: "数据项类型", en: "Item type", item: func(_ *exporter, i *Item) string { return i.Type }},
		{field: "item.length", zh: "数据项长度", en: "Field length", item: func(_ *exporter, i *Item) string { return exportNumber(i.Length) }},
		{field: "item.summary", zh: "数据项描述", en: "Item description", item: func(_ *exporter, i *Item) string { return i.Summary }},
		{field: "item.semantic", zh: "语义类型", en: "Semantic", item: func(_ *exporter, i *Item) string { return i.Semantic }},
		{field: "item.granularity", zh: "信息项粒度", en: "Item granularity", item: func(_ *exporter, i *Item) string { return i.Granularity }},
		{
			field: "item.open_type", zh: "数据项开放类型", en: "Item open type",
			item: func(x *exporter, i *Item) string { return x.openTypeLabel(i.OpenType) },
		},
		{
			field: "item.sharing", zh: "数据项共享属性", en: "Item sharing", inside: true,
			item: func(x *exporter, i *Item) string { return x.sharingLabel(i.Sharing) },
		},
		{field: "item.level", zh: "信息项敏感级别", en: "Item level", inside: true, item: func(_ *exporter, i *Item) string { return exportNumber(i.Level) }},
		{field: "item.subject", zh: "数据主体类型", en: "Item subject", inside: true, item: func(_ *exporter, i *Item) string { return string(i.Subject) }},
		{
			field: "item.identifier", zh: "标识类别", en: "Item identifier", inside: true,
			item: func(_ *exporter, i *Item) string { return string(i.Identifier) },
		},
		{field: "item.namespace", zh: "编码空间", en: "Namespace", inside: true, item: func(_ *exporter, i *Item) string { return i.Namespace }},
		{field: "item.masking", zh: "脱敏方式", en: "Masking", inside: true, item: func(_ *exporter, i *Item) string { return i.Masking }},
	}
}

// exportTable is a catalog as a table: one row for each item, and what is of the entry only on the entry's first row.
type exportTable struct {
	x       *exporter
	columns []exportColumn
}

func (x *exporter) table(c *Catalog) *exportTable {
	t := &exportTable{x: x}
	for _, column := range exportColumns() {
		if column.inside && !x.base {
			continue
		}
		if column.field == "unit" && !x.base {
			column.zh = "开放主体" // as Article 18, third paragraph, calls the unit of an open entry
		}
		if column.field == "id" || column.field == "name" || x.filled(c, &column) {
			t.columns = append(t.columns, column)
		}
	}
	return t
}

func (x *exporter) filled(c *Catalog, column *exportColumn) bool {
	for i := range c.Entries {
		e := &c.Entries[i]
		if column.entry != nil && column.entry(x, e) != "" {
			return true
		}
		for k := range e.Items {
			if column.item != nil && column.item(x, &e.Items[k]) != "" {
				return true
			}
		}
	}
	return false
}

func (t *exportTable) header() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = t.x.pick(c.zh, c.en)
	}
	return out
}

// rows calls yield with each row of an entry, every cell made safe for spreadsheet programs.
func (t *exportTable) rows(e *Entry, yield func([]string) error) error {
	for n := range max(1, len(e.Items)) {
		row := make([]string, len(t.columns))
		for i, c := range t.columns {
			switch {
			case c.entry != nil && n == 0:
				row[i] = table.Guard(c.entry(t.x, e))
			case c.item != nil && n < len(e.Items):
				row[i] = table.Guard(c.item(t.x, &e.Items[n]))
			}
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

func exportNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// exportCellTime is a date where a time has no time of day, as catalogs mostly do, and else the instant in full.
func exportCellTime(t time.Time) string {
	if !t.IsZero() && t.Equal(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())) {
		if _, offset := t.Zone(); offset == 8*60*60 {
			return t.Format(time.DateOnly)
		}
	}
	return exportInstant(t)
}
