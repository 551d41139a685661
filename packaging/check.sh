#!/usr/bin/env bash
# The dry run of a release: builds what is checked in twice, in two clones, and
# compares the sums; then checks the packages as somebody who installs them has
# them. Nothing is installed on this machine: every package goes into a root of
# its own. Needs what `tests/setup.sh release` installs, and root's rights (or
# sudo) for chroot and mounts.
#
#   packaging/check.sh NFPM      what `go run` is given to run nfpm
set -euo pipefail
export LC_ALL=C

cd "$(dirname "${BASH_SOURCE[0]}")/.."
nfpm=$1
top=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir" 2>/dev/null || as_root rm -rf "$dir"' EXIT

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

fail() {
	printf 'release-check: %s\n' "$@" >&2
	exit 1
}

# run_inside ROOT runs the stsx that is installed in ROOT, which is static, and
# checks that it is the commit's.
run_inside() {
	as_root chroot "$1" /usr/bin/stsx version --json | grep "\"commit\": \"$commit\"" >/dev/null ||
		fail "stsx of $1 is not of $commit"
}

# files_of ROOT lists what is in it, without the package manager's own records.
files_of() {
	as_root find "$1" -path "$1/var/lib" -prune -o -path "$1/usr/lib/sysimage" -prune -o -print | sort
}

check_deb() { # OLD NEW
	local root=$dir/deb-root
	local dpkg=(as_root dpkg --root="$root" --log=/dev/null --force-script-chrootless)
	mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/triggers"
	: >"$root/var/lib/dpkg/status"
	files_of "$root" >"$dir/before"
	"${dpkg[@]}" -i "$1"
	run_inside "$root"
	"${dpkg[@]}" -i "$2"
	run_inside "$root"
	[ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Version}' stsx)" = "$version" ] || fail 'the upgrade left the old version'
	for file in bin/stsx share/man/man1/stsx.1.gz share/bash-completion/completions/stsx share/zsh/vendor-completions/_stsx \
		share/fish/vendor_completions.d/stsx.fish share/doc/stsx/copyright share/doc/stsx/docs/commands.md; do
		[ -s "$root/usr/$file" ] || fail "the deb has no /usr/$file"
	done
	"${dpkg[@]}" --purge stsx
	files_of "$root" | diff "$dir/before" - || fail 'this is left of the deb after a purge'
}

check_rpm() { # RPM
	local root=$dir/rpm-root
	local rpm=(as_root rpm --root "$root" --nosignature --define '_dbpath /var/lib/rpm')
	mkdir -p "$root/usr/bin" "$root/usr/share" "$root/var/lib/rpm"
	files_of "$root" >"$dir/before"
	"${rpm[@]}" --initdb
	"${rpm[@]}" -i "$1"
	run_inside "$root"
	"${rpm[@]}" -V stsx || fail 'rpm does not find what it installed'
	"${rpm[@]}" -e stsx
	# Folders that no package of this root owns stay, empty.
	files_of "$root" | while read -r path; do [ -d "$path" ] || echo "$path"; done >"$dir/after"
	[ ! -s "$dir/after" ] || fail 'this is left of the rpm:' "$(cat "$dir/after")"
}

check_archives() {
	tar -xzf "stsx_${version}_linux_amd64.tar.gz" -C "$dir"
	"$dir/stsx_${version}_linux_amd64/stsx" version --json | grep "\"commit\": \"$commit\"" >/dev/null ||
		fail 'the archive has another stsx'
	for arch in amd64 arm64; do
		tar -tzf "stsx_${version}_darwin_$arch.tar.gz" | grep '/stsx$' >/dev/null || fail "no stsx for darwin on $arch"
		unzip -l "stsx_${version}_windows_$arch.zip" | grep '/stsx\.exe$' >/dev/null || fail "no stsx.exe for $arch"
	done
	for arch in x86_64 aarch64; do
		# An apk is gzip streams, one after the other: the signature's, the control's, the files'.
		tar -tzf "stsx_${version}_$arch.apk" --ignore-zeros 2>/dev/null | grep -x usr/bin/stsx >/dev/null ||
			fail "no stsx in the apk for $arch"
	done
}

# check_install runs install.sh as the release has it, against a server of its files.
check_install() {
	local port='' status=0
	python3 -u -m http.server --bind 127.0.0.1 0 >"$dir/served" 2>&1 &
	local server=$!
	until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$dir/served") && [ -n "$port" ]; do
		kill -0 "$server" || fail "$(cat "$dir/served")"
		sleep 0.1
	done
	STSX_RELEASE=http://127.0.0.1:$port sh ./install.sh --to "$dir/installed" || status=$?
	kill "$server"
	[ "$status" -eq 0 ] || fail 'install.sh failed'
	cmp "$dir/installed/stsx" "$dir/stsx_${version}_linux_amd64/stsx"
}

commit=$(git rev-parse HEAD)
[ -z "$(git status --porcelain)" ] || echo 'release-check: what is not checked in is not in the packages' >&2
for clone in "$dir/here" "$dir/another place"; do
	git clone -q . "$clone"
	make -s -C "$clone" release >"$dir/log" 2>&1 || fail "$(tail -n 20 "$dir/log")"
done
cd "$dir/here/dist/release"
diff SHA256SUMS "$dir/another place/dist/release/SHA256SUMS" || fail 'two builds of the same are not the same'
sha256sum --check --quiet --strict SHA256SUMS
deb=$(echo stsx_*_amd64.deb)
version=$(dpkg-deb -f "$deb" Version)
check_archives
check_install
"$dir/here/packaging/manifests.sh" "$PWD"

if [ "$(id -u)" -ne 0 ] && ! sudo -v; then
	[ "${STSX_REQUIRE:-}" != all ] || fail 'installing the packages needs root'\''s rights'
	echo 'release-check: skipped: the deb and the rpm are not installed, which needs root'\''s rights'
	exit
fi
as_root lintian --no-user-dirs --fail-on error,warning "$deb"
# The version before: the same files under a lower version.
mkdir "$dir/before-this"
(cd "$dir/here/build/release/amd64" && ARCH=amd64 VERSION=0.0.0~before MAINTAINER='the version before <stsx@example.com>' HOMEPAGE='' \
	go run "$nfpm" package -f "$dir/here/packaging/nfpm.yaml" -p deb -t "$dir/before-this") >/dev/null
check_deb "$dir"/before-this/*.deb "$PWD/$deb"
check_rpm "$PWD/$(echo stsx-*.x86_64.rpm)"
# The demo looks for the widget where it was built.
ln -s "$top/tests/okta/node_modules" "$dir/here/tests/okta/node_modules"
CGO_ENABLED=0 go build -C "$dir/here" -o "$dir/demo" ./tests/demo
as_root unshare --mount --pid --fork --kill-child "$dir/here/packaging/debian.sh" \
	"$dir"/before-this/*.deb "$PWD/$deb" "$dir/demo" "$dir/here/tests/okta/node_modules/@okta/okta-signin-widget" "$top/build/debian"
echo "release-check: $(wc -l <SHA256SUMS) files of version $version, twice the same; the deb, the rpm and the archives work"
