package desensitize_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing/fstest"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// visits is a policy for two columns.
const visits = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: visits, title: 就诊, status: draft, owner: 市卫生健康委}
instrument: shenzhen
columns:
  phone: {label: 手机号, type: string, class: direct, semantic: cn.mobile}
  age: {label: 年龄, type: int, class: quasi}
hierarchies:
  age: {builtin: age}
rules:
  - {id: phone, basis: 第三十六条, where: column.semantic == 'cn.mobile', apply: "value.mask(3, 4)"}
  - {id: age, basis: 第三十六条, where: column.name == 'age', apply: "value.generalize('age', 2)"}
`

func visitsPolicy() (*desensitize.Policy, error) {
	rules, err := banfa.Load(fstest.MapFS{"visits.yaml": {Data: []byte(visits)}}, banfa.Citable(shenzhen.FS()))
	if err != nil {
		return nil, err
	}
	return desensitize.New(rules)
}

// From csv to csv. Nothing of what is written may become visible before Run says that the release rules hold: write to a file that nobody sees yet.
func ExamplePolicy_Run() {
	p, err := visitsPolicy()
	if err != nil {
		fmt.Println(err)
		return
	}
	in, err := desensitize.NewSource(strings.NewReader("phone,age\n13800138000,34\n13900139000,unknown\n"), desensitize.SourceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := desensitize.NewSink(os.Stdout, desensitize.SinkOptions{}, in.Columns())
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := p.Run(context.Background(), in, out)
	if err = errors.Join(err, out.Close(), in.Close()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("malformed values, left out:", report.Facts.Invalid.Cells)
	// Output:
	// phone,age
	// 138****8000,30-39
	// 139****9000,
	// malformed values, left out: 1
}

// Rows of any origin: an iterator over values as database/sql has them, nil for NULL. *sql.Rows itself goes to SQLSource.
func ExampleRowsSource() {
	p, err := visitsPolicy()
	if err != nil {
		fmt.Println(err)
		return
	}
	var rows iter.Seq2[[]any, error] = func(yield func([]any, error) bool) {
		_ = yield([]any{"13800138000", int64(34)}, nil) && yield([]any{[]byte("13900139000"), nil}, nil) // the last row: nobody asks for more
	}
	in, err := desensitize.RowsSource([]string{"phone", "age"}, rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := desensitize.NewSink(os.Stdout, desensitize.SinkOptions{Format: "jsonl"}, in.Columns())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Run(context.Background(), in, out)
	if err = errors.Join(err, out.Close(), in.Close()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"phone":"138****8000","age":"30-39"}
	// {"phone":"139****9000","age":null}
}

// Any source can be measured: here JSON lines.
func ExampleLoadTable() {
	const lines = `{"sex":"m","age":"30-39"}
{"sex":"m","age":"30-39"}
{"sex":"f","age":"30-39"}
`
	in, err := desensitize.NewSource(strings.NewReader(lines), desensitize.SourceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	table, err := desensitize.LoadTable(context.Background(), in, "visits", desensitize.TableOptions{})
	if err = errors.Join(err, in.Close()); err != nil {
		fmt.Println(err)
		return
	}
	risk, err := desensitize.MeasureRisk(table, desensitize.RiskOptions{Quasi: []string{"sex", "age"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("k = %d, alone in their class: %d\n", risk.K, risk.Singletons)
	// Output: k = 1, alone in their class: 1
}
