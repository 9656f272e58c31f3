// Package integration proves the gate between real mail servers and real
// clients. Its tests run with the build tag integration.
package integration
