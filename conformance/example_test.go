package conformance_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func ExampleRun() {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := conformance.Run(context.Background(), rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Passed > 300, report.Failed)
	// Output: true 0
}

func ExampleCases() {
	rules, err := banfa.Load(os.DirFS("testdata/bundle"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range conformance.Cases(rules) {
		if f := c.Check(context.Background()); f != nil { // in a go test: t.Errorf("\n%s", f.Text("en"))
			fmt.Println(f.Text("en"))
			break
		}
	}
	// Output:
	// parking_test.yaml:18:9: parking/wrong 故意写错 (Article 2(1), Article 3)
	//     outcome: want closed, got limited
	//     rules: want private secret, got consent
	//     possible: want closed limited, got limited
	//     review: want true, got false
	//     paths: want consent=true + risk=low → open, got []
	//     without_them: want open, got null
	//     facts: {"consent":true,"elsewhere":false,"private":true,"rows":10,"secret":false}
}

func ExampleCover() {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		fmt.Println(err)
		return
	}
	cov, err := conformance.Cover(context.Background(), rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range cov.Articles {
		if a.Short == "13(1)" {
			fmt.Println(a.Citation, a.Title, a.Rules, a.Cases > 0)
		}
	}
	// Output: 第十三条第（一）项 有条件开放类公共数据 [Classification/open-type#art13-1 Catalog/catalog-checks#art13-1-consent Catalog/catalog-checks#art13-reason] true
}

func ExampleServe() {
	rules, err := banfa.Load(os.DirFS("testdata/bundle"))
	if err != nil {
		fmt.Println(err)
		return
	}
	in := strings.NewReader(`{"id":"1","subject":"Classification/parking","at":"2026-11-23T09:00:00+08:00","facts":{"secret":"yes"}}`)
	if err := conformance.Serve(context.Background(), in, os.Stdout, rules); err != nil {
		fmt.Println(err)
	}
	// Output: {"id":"1","error":{"code":"invalid_input","message":"banfa: secret must be bool, not string \"yes\"","fact":"secret"}}
}
