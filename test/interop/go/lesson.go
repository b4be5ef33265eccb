package main

import "time"

// lessonBody is a lesson as this peer teaches it.
func (own *node) lessonBody(title, situation, guidance string) map[string]any {
	return map[string]any{
		"type":        "lesson",
		"seq":         own.nextSeq(),
		"createdAt":   time.Now().UnixMilli(),
		"kind":        "procedure",
		"title":       title,
		"situation":   situation,
		"guidance":    guidance,
		"evidence":    map[string]any{"worked": 1, "changed": 0, "failed": 0, "verifiedBy": "author"},
		"tags":        []any{"interop"},
		"model":       "none: a Go peer",
		"derivedFrom": []any{},
	}
}

func (own *node) attestationBody(of link, worked, changed, failed int64) map[string]any {
	return map[string]any{
		"type": "attestation", "seq": own.nextSeq(), "createdAt": time.Now().UnixMilli(),
		"lesson": of, "worked": worked, "changed": changed, "failed": failed,
	}
}
