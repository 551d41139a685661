#!/bin/sh
# Runs the tests of the packages named, as Windows has them, under wine in
# build/wine. See docs/dev/windows.md.
set -eu

cd "$(dirname "$0")/../../.."
export WINEPREFIX="$PWD/build/wine" WINEDEBUG=-all
end_wine() { WINEPREFIX="$PWD/build/wine" /usr/lib/wine/wineserver64 -k >/dev/null 2>&1 || :; }
trap end_wine EXIT
end_wine
rm -rf build/wine
sh tests/windows/wine/prefix.sh "$WINEPREFIX"

# Wine 8 can't delete a file as os.RemoveAll asks for it since Go 1.25. Go has
# another way, for older Windows, and is told here to take that. It is for the
# tests' own folders: the program is tested as it is built.
source=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's/^var TestDeleteatFallback bool$/var TestDeleteatFallback = true/' "$source" >build/wine/at_windows.go
printf '{"Replace": {"%s": "%s"}}\n' "$source" "$PWD/build/wine/at_windows.go" >build/wine/overlay.json
GOOS=windows CGO_ENABLED=0 go test -tags urfave_cli_no_docs -timeout 5m -overlay build/wine/overlay.json -exec /usr/lib/wine/wine64 "$@"
