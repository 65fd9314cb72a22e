package deadline_test

import (
	"context"
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func ExampleDeadlines_Due() {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		fmt.Println(err)
		return
	}
	deadlines, err := deadline.New(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := deadlines.Due(context.Background(), "art42-review", []deadline.Event{
		{Name: "application_received", At: at("2026-09-18T16:30:00+08:00")},
		{Name: "supplement_requested", At: at("2026-09-21T10:00:00+08:00")},
		{Name: "supplement_received", At: at("2026-09-23T10:00:00+08:00")},
	})
	if err != nil {
		fmt.Println(deadline.CodeOf(err), deadline.Explain(err, "zh"))
		return
	}
	fmt.Println(r.Due.Date, r.Due.Basis, r.Status)
	// Output: 2026-10-13 第四十二条 draft
}
