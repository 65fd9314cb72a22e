package banfa_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const monitoringFile = `apiVersion: banfa/v1
kind: Monitoring
metadata: {name: m, title: 监测, status: draft}
instrument: shenzhen
event:
  user: {label: 用户, type: string, max_length: 32, required: true}
  permission: {label: 许可, type: string}
  rows: {label: 行数, type: int}
  price: {label: 价格, type: double}
  place: {label: 地点, type: string, optional: true}
lateness: 2h
windows:
  total: {sum: event.rows, by: [user], over: 24h}
rules:
  - {id: r, basis: 第五十九条, when: total > 5}
`

func TestAMonitoringFileIsCheckedWhereItWouldMislead(t *testing.T) {
	window := func(w string) string {
		return strings.Replace(monitoringFile, "total: {sum: event.rows, by: [user], over: 24h}", "total: "+w, 1)
	}
	for name, c := range map[string]struct{ file, want string }{
		"a duration in words":      {window("{count: true, by: [user], over: 1 day}"), "error[BF1014] over is 1 day, which is no length of time"},
		"an endless window":        {window("{count: true, by: [user]}"), "error[BF1013] total lacks the key over"},
		"a window over years":      {window("{count: true, by: [user], over: 500d}"), "error[BF1014] over is 500d; it must lie between 1s and 400d"},
		"an uneven step":           {window("{count: true, by: [user], over: 1h, step: 7m}"), "error[BF1014] the step 7m of the window total must divide its length 1h"},
		"too fine a step":          {window("{count: true, by: [user], over: 30d, step: 1m}"), "into at most 1000 parts"},
		"two aggregates":           {window("{count: true, sum: event.rows, by: [user], over: 1h}"), "error[BF1014] the window total needs exactly one of"},
		"none":                     {window("{by: [user], over: 1h}"), "error[BF1014] the window total needs exactly one of"},
		"count that is not so":     {window("{count: false, by: [user], over: 1h}"), "error[BF1014] the window total needs exactly one of"},
		"the sum of a text":        {window("{sum: event.user, by: [user], over: 1h}"), "error[BF2003] the window total takes an expression of the type int, decimal; event.user is of another one"},
		"the sum of a double":      {window("{sum: event.price, by: [user], over: 1h}"), "error[BF2003] the window total takes an expression of the type int, decimal"},
		"an optional value":        {window("{distinct: event.place, by: [user], over: 1h, limit: 3}"), "take orValue"},
		"distinct without a limit": {window("{distinct: event.place.orValue(''), by: [user], over: 1h}"), "error[BF1013] the window total tells values apart and has no limit"},
		"a limit on a count":       {window("{count: true, by: [user], over: 1h, limit: 3}"), "error[BF1014] limit"},
		"too high a limit":         {window("{distinct: event.user, by: [user], over: 1h, limit: 100000}"), "error[BF1014] limit is 100000; it must lie between 1 and 10000"},
		"a key that may be absent": {window("{count: true, by: [permission], over: 1h}"), "error[BF1014] permission may be absent from an event"},
		"a key that is no field":   {window("{count: true, by: [usr], over: 1h}"), "error[BF1014] usr is no field of the event"},
		"a window in a window":     {window("{sum: total, by: [user], over: 1h}"), "error[BF2001]"},
		"a text without a length": {
			strings.Replace(monitoringFile, "max_length: 32, ", "", 1), "error[BF1014] user cannot be part of a key",
		},
		"an unknown window": {
			strings.Replace(monitoringFile, "total > 5", "totl > 5", 1), "error[BF2001]",
		},
		"a window that nothing uses": {
			strings.Replace(monitoringFile, "total > 5", "event.rows > 5", 1), "warning[BF2006] no expression uses the variable total",
		},
		"a lateness of months": {
			strings.Replace(monitoringFile, "lateness: 2h", "lateness: 60d", 1), "error[BF1014] lateness is 60d; it must lie between 0s and 31d",
		},
		"an event that declares its id": {
			strings.Replace(monitoringFile, "  rows: {label: 行数", "  id: {label: 编号, type: string}\n  rows: {label: 行数", 1), "error[BF1017] id",
		},
		"a permission that no event names": {
			strings.Replace(monitoringFile, "  permission: {label: 许可, type: string}\n", "", 1) + "permission:\n  days: {label: 天数, type: int}\n",
			"error[BF1014] permission is found by event.permission",
		},
		"required and optional": {
			strings.Replace(monitoringFile, "optional: true", "optional: true, required: true", 1), "error[BF1014] required",
		},
		"a rule without a law": {
			strings.Replace(monitoringFile, ", basis: 第五十九条", "", 1), "error[BF1013]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, ds, err := banfa.Check(fstest.MapFS{"m.yaml": {Data: []byte(c.file)}}, banfa.Citable(shenzhen.FS()))
			require.NoError(t, err)
			var b strings.Builder
			require.NoError(t, ds.WriteText(&b, banfa.TextOptions{Lang: "en"}))
			assert.Contains(t, b.String(), c.want)
		})
	}
	_, ds, err := banfa.Check(fstest.MapFS{"m.yaml": {Data: []byte(monitoringFile)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	assert.Zero(t, ds.Len())
}

func TestAWindowWithAnErrorIsReportedOnce(t *testing.T) {
	file := strings.Replace(monitoringFile, "over: 24h", "over: soon", 1)
	_, ds, err := banfa.Check(fstest.MapFS{"m.yaml": {Data: []byte(file)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	assert.Equal(t, 1, ds.Len())
}
