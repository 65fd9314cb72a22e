package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/banfa-go/banfa/internal/expr"
)

func (e *evaluation) factsDigest() string {
	doc := e.factsOf(e.doc.Values)
	if e.doc.Name != "" {
		doc["name"] = e.doc.Name
	}
	if len(e.doc.Items) > 0 {
		items := make([]any, len(e.doc.Items))
		for i, item := range e.doc.Items {
			m := e.factsOf(item.Values)
			m["name"] = item.Name
			items[i] = m
		}
		doc["items"] = items
	}
	text, err := json.Marshal(doc)
	if err != nil {
		// Checked facts always marshal; should one not, the digest is visibly none.
		return "sha256:"
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (e *evaluation) factsOf(values []expr.Value) map[string]any {
	m := map[string]any{}
	for i, v := range values {
		if v.Present() {
			m[e.c.Facts[i].Name] = v.Go()
		}
	}
	return m
}
