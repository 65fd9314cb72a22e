package catalog_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

func TestEveryLabelOfTheLibraryIsKnown(t *testing.T) {
	data, err := os.ReadFile("alias.yaml")
	require.NoError(t, err)
	var doc struct {
		Fields map[string][]string `yaml:"fields"`
	}
	require.NoError(t, yaml.Unmarshal(data, &doc))
	n := 0
	for field, labels := range doc.Fields {
		for _, label := range labels {
			n++
			name := "目录名称"
			if field == "name" {
				name = "更新周期"
			}
			in := importText(t, `"`+label+"（必填）*\",\""+name+"\"\n")
			assert.Empty(t, in.Catalog.Entries, "%s: %s", field, label)
		}
	}
	assert.GreaterOrEqual(t, n, 400)
}

func TestLabelsOfOnePlatformOrAnotherMeanTheSame(t *testing.T) {
	for _, header := range []string{
		"目录名称,责任单位,更新周期,开放条件,信息主要所属系统,开放属性,数据项",
		"数据集名称（必填）,提供单位,更新频度,开放要求,所属系统,开放类型,信息项",
		"資料集名稱,提供機關,更新頻率,開放條件,所屬系統,資料開放類型,主要欄位說明",
		"【信息资源名称】,信息资源提供方,更新时限,使用条件,来源系统,社会开放类型,字段",
		"Title,Publisher,accrual_periodicity,Conditions,System Name,openType,Fields",
	} {
		in := importText(t, header+"\n停车场,交通局,每月,签协议,停车系统,有条件开放,名称、地址\n")
		require.Len(t, in.Catalog.Entries, 1, header)
		e := in.Catalog.Entries[0]
		assert.Equal(t, "停车场|交通局|monthly|签协议|停车系统|conditional", strings.Join([]string{e.Name, e.Unit, string(e.UpdateFrequency), e.Conditions[0], e.System, string(e.OpenType)}, "|"), header)
		assert.Len(t, e.Items, 2, header)
		assert.Empty(t, e.Extra, header)
	}
}
