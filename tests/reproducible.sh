#!/usr/bin/env bash
# Builds what is checked in twice, in two folders and with a cache of its own for
# the second, and compares the sums: a build depends on nothing of its machine
# but the version of Go.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
modules=$(go env GOMODCACHE)
mkdir "$dir/here" "$dir/another place"
git archive HEAD | tar -x -C "$dir/here"
cp -R "$dir/here/." "$dir/another place"

build() {
	make -s -C "$1" build VERSION=reproducible >&2
	sha256sum <"$1/stsx"
}

first=$(build "$dir/here")
second=$(GOCACHE="$dir/cache" HOME="$dir" GOMODCACHE="$modules" build "$dir/another place")
echo "first:  $first"
echo "second: $second"
[ "$first" = "$second" ] || {
	echo 'two builds of the same are not the same'
	exit 1
}
