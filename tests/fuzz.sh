#!/usr/bin/env bash
# fuzz.sh TIME [--changed]: every fuzz target for TIME each (10m, 5s), one after
# the other. With --changed, only those of packages that the last commit, or what
# is not committed yet, has changed. What makes one fail is written below
# testdata/fuzz of its package: keep it there, it is a test from then on.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:?TIME, such as 10m}
changed=
if [ "${2-}" = --changed ]; then
	changed=$(git diff --name-only HEAD~1 -- '*.go' 2>/dev/null || true)
fi

status=0
count=0
while IFS=: read -r file name; do
	package=$(dirname "$file")
	if [ "${2-}" = --changed ] && ! printf '%s\n' "$changed" | grep -q "^$package/[^/]*$"; then
		continue
	fi
	count=$((count + 1))
	echo "fuzz $package $name"
	go test -tags urfave_cli_no_docs "./$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" || status=1
done < <(git grep -oE "^func Fuzz[A-Za-z0-9]+" -- "*_test.go" | sed "s/func //")
echo "fuzz: $count targets, $time each"
exit "$status"
