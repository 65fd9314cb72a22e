package catalog

import (
	"fmt"
	"time"
)

// findFreshness compares the newest date of the file with the declared frequency: up to one period is fresh, up to two is due, and more
// is overdue. A frequency without a period is judged by nobody.
func (s *realityScan) findFreshness() {
	at := s.options.at
	period, ok := s.entry.UpdateFrequency.Period()
	if at.IsZero() || !ok || period <= 0 {
		return
	}
	newest := s.newest
	if newest.IsZero() {
		f := s.add("reality.freshness", realityDelivery, SeverityInfo, -1, 0, "文件里没有不晚于核对之日的日期，看不出数据是否按更新频率更新", "发布时带上数据更新时间")
		f.Verdict, f.Field, f.Missing = Unjudged, "update_frequency", []string{"updated_at"}
		return
	}
	// A date has the precision of a day; the day itself is no delay.
	age := at.Sub(newest)
	if age <= max(2*period, 48*time.Hour) {
		return
	}
	s.add("reality.freshness", realityDelivery, SeverityWarning, -1, 0,
		fmt.Sprintf("文件里最新的日期是 %s，到 %s 已有 %d 天，超过更新频率“%s”的两个周期", newest.Format("2006-01-02"), at.Format("2006-01-02"),
			int(age/(24*time.Hour)), s.entry.UpdateFrequency.Label()),
		"更新数据，或者更正目录的更新频率").Field = "update_frequency"
}
