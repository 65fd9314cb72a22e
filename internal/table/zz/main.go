package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/banfa-go/banfa/internal/table"
)

func main() {
	for _, p := range os.Args[1:] {
		data, _ := os.ReadFile(p)
		r, err := table.Open(bytes.NewReader(data), int64(len(data)), p, table.Options{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		for {
			row, err := r.Next()
			if err != nil {
				fmt.Println(err)
				break
			}
			for i, c := range row.Cells {
				if len(c) > 60 {
					row.Cells[i] = fmt.Sprintf("%s…%d…%s", c[:12], len(c), c[len(c)-6:])
				}
			}
			fmt.Printf("%s!%d %q %v\n", row.Sheet, row.Number, row.Cells, row.Merged)
		}
	}
}
