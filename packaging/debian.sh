#!/usr/bin/env bash
# Tries the deb in a Debian of its own, as somebody who installs it there: apt
# brings the browser that it recommends, an ordinary user signs in to the simulated
# org, goes through the wizard and uses the hook; then it is upgraded and purged.
#
#   packaging/debian.sh OLD NEW DEMO WIDGET CACHE
#
# OLD and NEW are debs, DEMO is tests/demo built without cgo, WIDGET the folder of
# the Sign-In Widget. What comes from Debian's mirror is kept in CACHE. Needs root's
# rights, in namespaces of its own for mounts and processes, tmux and debootstrap.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
old=$1 new=$2 demo=$3 widget=$4 cache=$5
suite=bookworm
since=0
root=$(mktemp -d)
cleanup() {
	tmux -S "$root/tmux" kill-server 2>/dev/null || true
	umount -R "$root/proc" "$root/dev" "$root/var/cache/apt/archives" 2>/dev/null || true
	rm -rf --one-file-system "$root"
}
trap cleanup EXIT

fail() {
	printf 'debian: %s\n' "$@" >&2
	exit 1
}

# step names what was done, with the seconds since the step before.
step() {
	printf 'debian: %s: %d s\n' "$1" $((SECONDS - since))
	since=$SECONDS
}

make_root() {
	mkdir -p "$cache/archives/partial"
	if [ ! -e "$cache/$suite.tar" ]; then
		# Without an address this is the mirror that debootstrap knows.
		debootstrap --variant=minbase "$suite" "$root" >"$cache/debootstrap.log" ||
			fail "debootstrap: $(tail -n 3 "$cache/debootstrap.log")"
		tar -C "$root" -cf "$cache/$suite.part" . && mv "$cache/$suite.part" "$cache/$suite.tar"
	else
		tar -C "$root" -xf "$cache/$suite.tar"
	fi
	chmod 755 "$root" # mktemp's own would keep the ordinary user out of /
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	mount --bind "$cache/archives" "$root/var/cache/apt/archives"
	chroot "$root" useradd --create-home desk
	mkdir -p "$root/opt/check" "$root$widget"
	cp "$demo" "$root/opt/check/demo"
	cp "$old" "$root/opt/check/old.deb"
	cp "$new" "$root/opt/check/new.deb"
	cp -R "$widget/package.json" "$widget/dist" "$root$widget"
}

apt() {
	chroot "$root" apt-get -q -y -o APT::Keep-Downloaded-Packages=1 -o Dpkg::Options::=--force-unsafe-io "$@" >"$cache/apt.log" 2>&1 ||
		fail "apt-get $*:" "$(tail -n 5 "$cache/apt.log")"
}

desk=(chroot "$root" setpriv --reuid desk --regid desk --init-groups env -i HOME=/home/desk PATH=/usr/local/bin:/usr/bin:/bin
	TERM=xterm-256color LANG=C.UTF-8 SHELL=/bin/bash)

# await waits until the terminal shows a text.
await() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		tmux -S "$root/tmux" capture-pane -p -J -S - >"$root/screen" || fail "the demo has ended before \"$1\":" "$(cat "$root/screen")"
		! grep -qF -- "$1" "$root/screen" || return 0
		sleep 0.1
	done
	fail "no \"$1\" within a minute:" "$(cat "$root/screen")"
}

# answer waits for a text, clears the screen so that the next one is new, and types.
answer() { # TEXT KEYS...
	await "$1"
	tmux -S "$root/tmux" clear-history
	tmux -S "$root/tmux" send-keys "${@:2}"
}

# line types a command line that says when it has ended well.
line() {
	tmux -S "$root/tmux" send-keys -l "clear; $1 && echo 'it ended'\" well\""
	tmux -S "$root/tmux" send-keys Enter
}

use_it() {
	local home url
	tmux -S "$root/tmux" -f /dev/null new-session -d -x 120 -y 50 "cd / && $(printf '%q ' "${desk[@]}" /opt/check/demo -stsx /usr/bin/stsx)"
	await 'Now you:'
	await 'demo $'
	step 'signed in, and again with the session (the demo)'
	line 'stsx doctor'
	await 'it ended well'
	grep -F 'its sandbox on' "$root/screen" >/dev/null || fail 'stsx doctor finds no browser with a sandbox:' "$(cat "$root/screen")"
	step 'stsx doctor'
	# shellcheck disable=SC2016 # for the shell there
	line 'eval "$(stsx init bash)" && stsx use dev && stsx prompt && stsx exec dev -- sh -c '\''echo as $STSX_ROLE'\'
	await 'dev Developer 5' # the prompt's segment
	await 'as Developer'
	await 'it ended well'
	step 'hook, use, prompt, exec'
	home=$(echo "$root"/tmp/stsx-demo-*)
	url=$(sed -n 's/^url *= "\(.*\)"/\1/p' "$home/.config/stsx/config.toml")
	# shellcheck disable=SC2016 # for the shell there
	line 'stsx unuse && STSX_CONFIG=$HOME/wizard.toml stsx configure'
	answer 'AWS app link from Okta:' "$url" Enter
	answer 'Okta username:' jane.roe@acme.example Enter
	answer 'Okta password' a-demo-password Enter
	await 'Code from Google Authenticator:'
	answer 'Code from Google Authenticator:' "$("${desk[@]}" "${home#"$root"}/bin/totp" 2>/dev/null)" Enter
	answer '[ ] Developer' Down Space Enter
	answer 'Name for' Enter
	answer 'Region' eu-west-1 Enter
	answer 'Write this? [Y/n]' Enter
	answer 'Add it? [y/N]' Enter
	answer 'Write this too' n Enter
	await 'it ended well'
	grep -F 'role/Developer' "$home/wizard.toml" >/dev/null || fail 'the wizard wrote no profile:' "$(cat "$home/wizard.toml")"
	step 'stsx configure'
	tmux -S "$root/tmux" send-keys exit Enter
	while tmux -S "$root/tmux" has-session 2>/dev/null; do sleep 0.1; done
}

make_root
apt update
step "Debian $suite"
apt install /opt/check/old.deb
chroot "$root" test -x /usr/bin/chromium || fail 'apt did not bring the browser that the deb recommends'
step 'the version before, and what it recommends, by apt'
apt install /opt/check/new.deb
step 'upgraded'
use_it
apt purge stsx
rm -r "$root/opt/check"
left=$(find "$root" -xdev -iname '*stsx*')
[ -z "$left" ] || fail 'this is left after a purge:' "$left"
step 'purged'
echo "debian: $SECONDS s in all"
