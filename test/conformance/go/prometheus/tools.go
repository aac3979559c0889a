//go:build tools

// Package tools pins the command that the conformance tier builds.
package tools

import _ "github.com/prometheus/prometheus/cmd/promtool"
