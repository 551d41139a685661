#!/usr/bin/env bash
# Packs what `make release` has built in dist/ into dist/release: archives, deb,
# rpm, apk, the SBOM, install.sh, the package managers' manifests and the sums.
# The same commit gives the same bytes: every time is the commit's, every order is
# fixed.
#
#   packaging/release.sh NFPM      what `go run` is given to run nfpm
#
# VERSION is the tag without its v, or 0.0.0 where HEAD has none. MAINTAINER and
# HOMEPAGE are who publishes the packages; RELEASE is where these files will be.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC GZIP=

cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
nfpm=$1
out=$PWD/dist/release
work=$PWD/build/release
tag=$(git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null || true)
export VERSION=${VERSION:-${tag#v}}
export VERSION=${VERSION:-0.0.0} MAINTAINER=${MAINTAINER:-the stsx authors <stsx@example.com>}
export HOMEPAGE=${HOMEPAGE:-https://example.com/stsx}
RELEASE=${RELEASE:-$HOMEPAGE/releases/download/v$VERSION}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

rm -rf "$out" "$work"
mkdir -p "$out" "$work/docs"

# third_party prints the licences of all that is linked, on any system.
third_party() {
	printf 'Go\n\n'
	cat "$(go env GOROOT)/LICENSE"
	for os in linux darwin windows; do
		GOOS=$os CGO_ENABLED=0 go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' .
	done | sort -u | while read -r path version dir; do
		printf '\n\n%s %s\n\n' "$path" "$version"
		find "$dir" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) | sort | xargs -d '\n' cat
	done
}

# same_times sets what a file system would have of this run.
same_times() {
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

pack_archive() { # OS ARCH
	local name=stsx_${VERSION}_$1_$2 exe=
	[ "$1" != windows ] || exe=.exe
	local folder=$work/$name
	mkdir -p "$folder/completions"
	cp -R "$work/docs/." LICENSE "$folder"
	install -m 755 "dist/stsx-$1-$2$exe" "$folder/stsx$exe"
	install -m 644 build/stsx.1 "$folder/stsx.1"
	install -m 644 completions/scripts/stsx.* "$folder/completions"
	if [ "$1" = windows ]; then
		same_times "$folder"
		(cd "$work" && find "$name" | sort | zip -q -X -@ "$out/$name.zip")
	else
		pack_tar "$name"
	fi
}

# pack_tar packs a folder below $work.
pack_tar() { # NAME
	same_times "$work/$1"
	tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar -cf - "$1" | gzip -n >"$out/$1.tar.gz"
}

# lay_out makes the files of the packages below $work/ARCH, as nfpm.yaml names them.
lay_out() { # ARCH
	local root=$work/$1
	make -s install STSX="dist/stsx-linux-$1" DESTDIR="$root" PREFIX=/usr
	gzip -9n "$root/usr/share/man/man1/stsx.1"
	mkdir -p "$root/deb" "$root/usr/share/doc"
	cp -R "$work/docs" "$root/usr/share/doc/stsx"
	cp LICENSE "$root/LICENSE"
	cp packaging/lintian-overrides "$root/deb/overrides"
	{
		cat packaging/copyright
		sed -n '5,$ { s/^$/./; s/^/ /; p; }' LICENSE
	} >"$root/deb/copyright"
	printf 'stsx (%s) unstable; urgency=medium\n\n  * What changed is in CHANGELOG.md, beside this file.\n\n -- %s  %s\n' \
		"$VERSION" "$MAINTAINER" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$root/deb/changelog.gz"
	chmod -R u=rwX,go=rX "$root"
	same_times "$root"
}

# fill prints a file with the facts of this release in the place of their names.
fill() { # FILE
	local text sum name
	text=$(<"$1")
	text=${text//@VERSION@/"$VERSION"}
	text=${text//@RELEASE@/"$RELEASE"}
	text=${text//@HOMEPAGE@/"$HOMEPAGE"}
	text=${text//@MAINTAINER@/"$MAINTAINER"}
	text=${text//@SIGNER@/"$signer"}
	while read -r sum name; do
		text=${text//"@SUM_${name#"stsx_${VERSION}_"}@"/"$sum"}
	done <"$work/sums"
	printf '%s\n' "$text"
}

# pack_manifests packs the manifests, all filled in.
pack_manifests() {
	local name=stsx_${VERSION}_manifests file
	(cd packaging/manifests && find . -type f) | while read -r file; do
		mkdir -p "$work/$name/${file%/*}"
		fill "packaging/manifests/$file" >"$work/$name/$file"
	done
	if grep -rE '@[A-Z]+(_[a-z0-9_.]+)?@' "$work/$name"; then
		echo 'release: nothing is known that could stand there' >&2
		exit 1
	fi
	pack_tar "$name"
}

git -c tar.umask=022 archive HEAD README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md docs | tar -x -C "$work/docs" --exclude docs/man
third_party >"$work/docs/third-party.txt"
for arch in amd64 arm64; do
	for os in linux darwin windows; do
		pack_archive "$os" "$arch"
	done
	lay_out "$arch"
	for format in deb rpm apk; do
		(cd "$work/$arch" && ARCH=$arch go run "$nfpm" package -f "$top/packaging/nfpm.yaml" -p "$format" -t "$out")
	done
done
# The tool has the clock's time in its list; everything else there is the commit's.
date=$(date -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)
sed "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$date\"/" build/stsx.cdx.json >"$out/stsx_$VERSION.cdx.json"
(cd "$out" && sha256sum -- *.tar.gz *.zip) >"$work/sums"
# The key that install.sh checks the sums' signature with, once there is one.
signer=$(cut -d ' ' -f 1,2 packaging/release-key.pub 2>/dev/null || true)
fill packaging/install.sh >"$out/install.sh"
pack_manifests
(cd "$out" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
cat "$out/SHA256SUMS"
