package workday

import (
	"bytes"
	"fmt"
	"strings"
)

// Format writes notices as a data file that Parse reads back to the same notices.
func Format(notices []Notice) []byte {
	var b bytes.Buffer
	b.WriteString(header + "\n")
	for _, n := range notices {
		fmt.Fprintf(&b, "\nnotice %s\n", n.ID)
		if n.Amends {
			fmt.Fprintf(&b, "amends %s\n", yearText(n.Year))
		} else {
			fmt.Fprintf(&b, "year %s\n", yearText(n.Year))
		}
		if n.Signed != 0 {
			fmt.Fprintf(&b, "signed %s\n", n.Signed)
		}
		fmt.Fprintf(&b, "published %s\n", n.Published)
		if n.Source != "" {
			fmt.Fprintf(&b, "source %s\n", n.Source)
		}
		for _, c := range n.Changes {
			b.WriteString(formatChange(c))
		}
		for _, v := range n.Balances {
			fmt.Fprintf(&b, "balance %s %d\n", yearText(v.Year), v.Days)
		}
	}
	fmt.Fprintf(&b, "\n%s %d\n", closer, len(notices))
	return b.Bytes()
}

func formatChange(c Change) string {
	day := fmt.Sprintf("%s %s", c.Date, c.Date.Weekday().String()[:3])
	switch c.Kind {
	case Makeup:
		return fmt.Sprintf("work %s %s\n", day, c.Name)
	case Ordinary:
		return fmt.Sprintf("plain %s\n", day)
	default:
		return fmt.Sprintf("off %s %s %s\n", day, c.Kind, c.Name)
	}
}

// String returns the word for k in a data file.
func (k Kind) String() string {
	switch k {
	case Statutory:
		return "statutory"
	case Adjusted:
		return "adjusted"
	case Weekend:
		return "weekend"
	case Extended:
		return "extended"
	case Makeup:
		return "work"
	case Closed:
		return "closed"
	default:
		return "plain"
	}
}

// formatClosures writes closures for the digest: one a line, with the free text quoted so that no two lists read
// alike.
func formatClosures(closures []Closure) []byte {
	var b bytes.Buffer
	for _, c := range closures {
		fmt.Fprintf(&b, "closed %s\n", strings.Join([]string{
			c.From.String(), c.To.String(), c.Published.String(), fmt.Sprintf("%q", c.Name), fmt.Sprintf("%q", c.Citation),
		}, " "))
	}
	return b.Bytes()
}
