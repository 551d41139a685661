#!/bin/sh
# Installs stsx from its release: downloads the archive for this system, checks
# it, and puts the program into one folder. It never asks for more rights than it
# has, and changes no other file. After an error nothing is left.
#
#   sh install.sh [--to FOLDER]
#
# FOLDER is /usr/local/bin where that may be written, else ~/.local/bin.
# STSX_RELEASE is another place of the same files, such as a company's mirror.
# packaging/release.sh fills in what stands between @ signs.
set -eu
umask 022

version='@VERSION@'
release=${STSX_RELEASE:-'@RELEASE@'}
# The public key that SHA256SUMS.sig is checked with; empty before the first signed release.
signer='@SIGNER@'

fail() {
	printf 'install: error: %s\n' "$1" >&2
	[ $# -eq 1 ] || printf 'install: hint: %s\n' "$2" >&2
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# system prints what the archive for this machine is called.
system() {
	case $(uname -s) in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	*) fail "there is no archive for $(uname -s)" 'on Windows, use Scoop, winget or the .zip of the release' ;;
	esac
	case $(uname -m) in
	x86_64 | amd64) arch=amd64 ;;
	aarch64 | arm64) arch=arm64 ;;
	*) fail "there is no archive for $(uname -s) on $(uname -m)" 'build stsx from its source' ;;
	esac
	printf '%s_%s' "$os" "$arch"
}

# check_folder finds out whether the program can be written before anything is downloaded.
check_folder() {
	[ ! -d "$folder/stsx" ] || fail "$folder/stsx is a folder" 'choose another one with --to FOLDER'
	existing=$folder
	while [ ! -e "$existing" ] && [ ! -h "$existing" ]; do existing=$(dirname "$existing"); done
	if [ ! -d "$existing" ] || [ ! -w "$existing" ] || [ ! -x "$existing" ]; then
		fail "$existing is no folder that you may write" 'choose another one with --to FOLDER'
	fi
}

# download NAME fetches a file of the release into the working folder.
download() {
	if have curl; then
		curl -q -fsSL --proto "=$protocol" --connect-timeout 30 -o "$work/$1" "$release/$1"
	else
		wget -q -t 2 -T 30 -O "$work/$1" "$release/$1"
	fi || fail "downloading $release/$1 failed; nothing was installed" 'check the connection, and whether the release has that file'
}

sha256() {
	if have sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

check_signature() {
	signature='not signed'
	[ -n "$signer" ] || return 0
	signature='signature not checked: there is no ssh-keygen'
	have ssh-keygen || return 0
	download SHA256SUMS.sig
	printf 'stsx namespaces="stsx" %s\n' "$signer" >"$work/signers"
	ssh-keygen -Y verify -f "$work/signers" -I stsx -n stsx -s "$work/SHA256SUMS.sig" <"$work/SHA256SUMS" >/dev/null 2>&1 ||
		fail "the signature of $release/SHA256SUMS is wrong; nothing was installed" \
			'do not use these files, and report it as SECURITY.md says'
	signature='signature checked'
}

check_sum() {
	want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
	[ -n "$want" ] ||
		fail "$release/SHA256SUMS has no sum of $archive; nothing was installed" 'download the release again, from its own page'
	got=$(sha256 "$work/$archive")
	[ "$got" = "$want" ] ||
		fail "$archive has the SHA-256 sum $got, not $want; nothing was installed" \
			'try again; if it stays so, do not use the file, and report it'
}

# place puts the program into its folder in one step, once it has run from there.
place() {
	tar -xzf "$work/$archive" -C "$work" "$name/stsx" || fail "$archive has no program in it; nothing was installed"
	mkdir -p "$folder"
	new=$(mktemp "$folder/.stsx.XXXXXX") || fail "nothing can be written into $folder" 'choose another one with --to FOLDER'
	cp "$work/$name/stsx" "$new" || fail "stsx could not be written into $folder; nothing was installed"
	chmod 755 "$new"
	said=$("$new" version) || fail "the stsx of $archive does not run here; nothing was installed"
	mv -f "$new" "$folder/stsx"
}

report() {
	printf 'install: %s is %s (SHA-256 sum checked; %s)\n' "$folder/stsx" "$said" "$signature"
	case :$PATH: in
	*":$folder:"*) [ "$(command -v stsx)" = "$folder/stsx" ] || printf 'install: but %s comes first in PATH\n' "$(command -v stsx)" ;;
	*) printf 'install: add it to your PATH: export PATH="%s:%s"\n' "$folder" "\$PATH" ;;
	esac
	printf 'install: next: stsx doctor\n'
}

main() {
	folder=/usr/local/bin
	[ -d "$folder" ] && [ -w "$folder" ] || folder=${HOME:?set it, or use --to FOLDER}/.local/bin
	case "$#:${1-}" in
	0:) ;;
	2:--to) folder=$2 ;;
	*) fail 'usage: install.sh [--to FOLDER]' ;;
	esac
	case $folder in
	/*) ;;
	*) folder=$PWD/$folder ;;
	esac
	case $version in
	@*) fail 'this copy of install.sh belongs to no release' 'use the one that is in the release, or build stsx from its source' ;;
	esac
	case $release in
	https://*) protocol=https ;;
	http://127.0.0.1:* | http://localhost:*) protocol=http ;;
	*) fail "STSX_RELEASE is $release" 'give it an address that begins with https://' ;;
	esac
	name=stsx_${version}_$(system) || exit
	archive=$name.tar.gz
	have curl || have wget || fail 'there is no curl and no wget' 'install one of them'
	have sha256sum || have shasum || fail 'there is no sha256sum and no shasum' 'install one of them: without it nothing can be checked'
	check_folder

	new=''
	work=$(mktemp -d)
	trap 'rm -rf "$work"; [ -z "$new" ] || rm -f "$new"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	download SHA256SUMS
	check_signature
	download "$archive"
	check_sum
	place
	report
}

# The last line, so that a copy that was cut short does nothing.
main "$@"
