//go:build unix

package tests

import "testing"

func hookScreens(t *testing.T, d *desk) {}
