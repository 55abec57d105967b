//go:build tools

// Package tools names what the lab deploys as K3s does; go.sum holds the sources to their hashes.
package tools

import _ "github.com/rancher/local-path-provisioner"
