#!/bin/sh
# Makes a wine prefix in the new folder $1, in which programs that Go built run.
# Whoever asked for it ends its server: WINEPREFIX=$1 wineserver -k.
set -eu

export WINEPREFIX="$1" WINEDEBUG=-all
system32=$WINEPREFIX/drive_c/windows/system32
mkdir -p "$WINEPREFIX"
/usr/lib/wine/wine64 wineboot --init </dev/null >/dev/null 2>&1
x86_64-w64-mingw32-gcc -shared -o "$system32/bcryptprimitives.dll" "$(dirname "$0")/processprng.c" -ladvapi32
