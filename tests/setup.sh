#!/bin/sh
# Installs what is missing to build stsx, to see its demo, to run its tests or to
# try its packages, and says first what that is.
#
#   tests/setup.sh build | demo | test | release
#
# Where everything is there it does nothing and says nothing. On Debian and
# Ubuntu it installs with apt-get (as root, or with sudo), on macOS with brew;
# elsewhere, and where it may not, it says what to install and fails. It never
# touches the Go toolchain.
set -eu

usage='usage: tests/setup.sh build | demo | test | release'
root=$(dirname "$0")/..
venv=$root/tests/.venv
pwsh=$root/tests/.pwsh
idps=$root/tests/.idps

have() { command -v "$1" >/dev/null 2>&1; }

fail() {
	printf 'setup: %s\n' "$@" >&2
	exit 1
}

# check_go compares what is there with the line "go 1.x.y" of go.mod.
check_go() {
	want=$(sed -n 's/^go //p' "$root/go.mod")
	have go || fail "stsx needs Go $want or newer, and there is no go on PATH"
	got=$(GOTOOLCHAIN=local go env GOVERSION)
	awk -v got="${got#go}" -v want="$want" 'BEGIN {
		split(got, g, /[^0-9]+/); split(want, w, /[^0-9]+/)
		for (i = 1; i <= 3; i++) if (g[i] + 0 != w[i] + 0) exit g[i] + 0 < w[i] + 0
	}' || fail "stsx needs Go $want or newer, and this is $got; its installation is left to you"
}

# browser is true when stsx will find one. Ubuntu's chromium-browser is a
# script that only tells how to install the snap as long as that is missing.
browser() {
	[ -n "${STSX_BROWSER_PATH:-}" ] && return
	if [ "$system" = Darwin ]; then
		for app in 'Google Chrome' Chromium 'Microsoft Edge' 'Brave Browser'; do
			[ -x "/Applications/$app.app/Contents/MacOS/$app" ] && return
			[ -x "$HOME/Applications/$app.app/Contents/MacOS/$app" ] && return
		done
		return 1
	fi
	for name in google-chrome-stable google-chrome chromium chromium-browser \
		microsoft-edge-stable microsoft-edge brave-browser brave; do
		path=$(command -v "$name") || continue
		if [ "$name" = chromium-browser ] && [ ! -x /snap/bin/chromium ] && head -c 4096 "$path" | grep -q /snap/bin/chromium; then
			continue
		fi
		return
	done
	[ -x /snap/bin/chromium ]
}

# need COMMAND APT-PACKAGES BREW-FORMULAE asks for what brings COMMAND.
need() {
	have "$1" || want "$2" "$3"
}

want() {
	apt="$apt $1"
	brew="$brew $2"
}

# npm_parts FOLDER is for what make installs there from npm.
npm_parts() {
	[ -e "$root/tests/$1/node_modules/.package-lock.json" ] && return
	# Debian's npm depends on Debian's node: with another one it is in the way.
	have node && have npm && return
	want 'nodejs npm' node
}

demo_parts() {
	npm_parts okta
	if ! browser; then
		want chromium ''
		no_browser=1
	fi
}

test_parts() {
	demo_parts
	npm_parts shells
	need shellcheck shellcheck shellcheck
	need tmux tmux tmux
	need curl curl curl
	need wget wget wget
	need groff groff groff
	need vim vim vim
	need less less less
	need direnv direnv direnv
	need kubectl kubernetes-client kubernetes-cli
	for shell in zsh fish dash tcsh elvish xonsh; do
		need "$shell" "$shell" "$shell"
	done
	if [ "$system" = Linux ]; then
		have cc || want 'gcc libc6-dev' '' # for the race detector
		need dbus-run-session dbus ''
		need gnome-keyring-daemon gnome-keyring ''
		need gdbus libglib2.0-bin ''
		need strace strace ''
		need systemd-analyze systemd ''
		need Xvfb xvfb ''
		# Debian's; where there is another browser its tests are skipped.
		have google-chrome-stable || have google-chrome || [ -x /snap/bin/chromium ] ||
			need chromium-headless-shell chromium-headless-shell ''
		need bwrap bubblewrap ''
		need ssh openssh-client ''
		if [ "$(uname -m)" = x86_64 ]; then # for the Windows build
			[ -x /usr/lib/wine/wine64 ] || want wine64 ''
			need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 ''
		fi
		# Its package starts a server that listens, where there is a systemd to start it.
		[ -x /usr/sbin/sshd ] || [ -e /run/systemd/system ] || want openssh-server ''
		need xdotool xdotool ''
		[ -e /usr/share/powerlevel9k ] || want zsh-theme-powerlevel9k ''
		[ -e /usr/share/bash-completion/bash_completion ] || want bash-completion ''
		idp_parts
	fi
	have moto_server || pip="$pip moto[server]"
	have aws || pip="$pip awscli"
	if [ -n "$pip" ] && ! have python3; then
		want 'python3 python3-venv' python
	elif [ -n "$pip" ] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
		want python3-venv python
	fi
}

# release_parts is for `make release-check`.
release_parts() {
	[ "$system" = Linux ] || fail 'the packages are tried on Linux only'
	need lintian lintian ''
	need rpm rpm ''
	need zip zip ''
	need unzip unzip ''
	need python3 python3 ''
	need ruby ruby ''
	need nix-instantiate nix-bin ''
	need makepkg 'makepkg libarchive-tools' ''
	need debootstrap debootstrap ''
	need tmux tmux ''
	npm_parts okta
}

# idp_parts is for the identity providers that tests/idps runs. Their own
# packages depend on a web server, which would start and listen, so they are
# unpacked into this checkout; what they need besides is installed.
idp_parts() {
	have apt-get || return 0
	php -r 'exit((int) !(extension_loaded("dom") && extension_loaded("mbstring")));' >/dev/null 2>&1 ||
		want 'php-cli php-mbstring php-xml' ''
	if ! perl -MApache::Session -MCache::FileCache -MClone -MConfig::IniFiles -MCrypt::OpenSSL::RSA -MCrypt::OpenSSL::X509 \
		-MCrypt::Rijndael -MCrypt::URandom -MEmail::Date::Format -MGlib -MHTML::Template -MIO::String -MJSON -MJSON::XS -MLWP -MLasso \
		-MList::MoreUtils -MMouse -MPlack -MRegexp::Assemble -MText::Unidecode -MURI -MXML::Simple -e1 >/dev/null 2>&1; then
		want 'libapache-session-perl libcache-cache-perl libclone-perl libconfig-inifiles-perl' ''
		want 'libcrypt-openssl-rsa-perl libcrypt-openssl-x509-perl libcrypt-rijndael-perl libcrypt-urandom-perl' ''
		want 'libemail-date-format-perl libglib-perl libhtml-template-perl libio-string-perl libjson-perl libjson-xs-perl' ''
		want 'liblasso-perl liblist-moreutils-perl libmouse-perl libplack-perl libregexp-assemble-perl' ''
		want 'libtext-unidecode-perl liburi-perl libwww-perl libxml-simple-perl' ''
	fi
	# What the portal's pages load.
	for part in jquery jquery-ui jquery-cookie bootstrap4; do
		[ -e "/usr/share/javascript/$part" ] || want "libjs-$part" ''
	done
	[ -e /usr/share/javascript/font-awesome ] || want fonts-font-awesome ''
	[ -e "$idps/usr/share/simplesamlphp" ] || unpack="$unpack simplesamlphp"
	[ -e "$idps/usr/share/lemonldap-ng" ] ||
		unpack="$unpack liblemonldap-ng-common-perl liblemonldap-ng-handler-perl liblemonldap-ng-portal-perl"
}

# unpack_debs needs no rights and runs no script of a package.
unpack_debs() {
	printf 'setup: unpacking into tests/.idps, not installing:%s\n' "$unpack" >&2
	mkdir -p "$idps"
	debs=$(mktemp -d)
	# shellcheck disable=SC2086 # a list of packages
	if ! (cd "$debs" && apt-get download -q $unpack) >&2; then
		printf 'setup: once more, with fresh package lists\n' >&2
		# shellcheck disable=SC2086
		as_root apt-get update >&2 && (cd "$debs" && apt-get download -q $unpack) >&2 ||
			printf 'setup: apt-get failed; this stays missing:%s\nsetup: tests that need it are skipped, or fail with STSX_REQUIRE=all\n' \
				"$unpack" >&2
	fi
	for deb in "$debs"/*.deb; do
		[ ! -e "$deb" ] || dpkg -x "$deb" "$idps" || printf 'setup: %s could not be unpacked\n' "$deb" >&2
	done
	rm -rf "$debs"
}

# PowerShell is in no package registry: it comes from an archive beside this
# checkout, where there is one.
unpack_pwsh() {
	have pwsh || unpack_archive linux-x64 pwsh/pwsh
	unpack_archive win-x64 pwsh-win/pwsh.exe # for wine
}

# unpack_archive NAME PROGRAM: the archive called so, which has that program.
unpack_archive() {
	archive=$root/../shared/tools/pwsh/$1.tar.xz
	if [ -e "$pwsh/$2" ]; then
		return
	fi
	if [ "$system-$(uname -m)" = Linux-x86_64 ] && [ -e "$archive" ] && have xz; then
		printf 'setup: unpacking PowerShell (%s) into tests/.pwsh\n' "$1" >&2
		if mkdir -p "$pwsh" && tar xJf "$archive" -C "$pwsh"; then
			return
		fi
	fi
	printf 'setup: PowerShell (%s) is missing and comes from no package registry: its tests are skipped\n' "$1" >&2
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

install_apt() {
	# shellcheck disable=SC2086 # a list of packages
	set -- apt-get install -y --no-install-recommends $apt
	if [ -n "$no_browser" ] && grep -q '^ID=ubuntu' /etc/os-release; then
		fail 'no browser was found, and the chromium of Ubuntu'\''s apt is a snap:' \
			'install Google Chrome (its .deb), or run: sudo snap install chromium'
	fi
	if [ "$(id -u)" -ne 0 ] && ! have sudo; then
		fail "this is missing:$apt" "run as root: $*"
	fi
	printf 'setup: installing with apt-get:%s\n' "$apt" >&2
	export DEBIAN_FRONTEND=noninteractive
	if ! as_root env DEBIAN_FRONTEND=noninteractive "$@" >&2; then
		printf 'setup: once more, with fresh package lists\n' >&2
		as_root apt-get update >&2 || fail "apt-get update failed; this is missing:$apt"
		as_root env DEBIAN_FRONTEND=noninteractive "$@" >&2 || fail "apt-get failed; this is missing:$apt"
	fi
}

install_brew() {
	# shellcheck disable=SC2086 # a list of formulae
	set -- $brew
	have brew || fail "this is missing: $* ${no_browser:+google-chrome}" 'install it, or Homebrew, with which this script would'
	printf 'setup: installing with brew: %s\n' "$* ${no_browser:+google-chrome}" >&2
	[ $# -eq 0 ] || brew install "$@" >&2 || fail "brew failed; this is missing: $*"
	[ -z "$no_browser" ] || brew install --cask google-chrome >&2 || fail 'brew failed: a browser is missing'
}

install_system() {
	if [ "$system" = Darwin ]; then
		install_brew
	elif have apt-get; then
		install_apt
	else
		fail "this is missing (the names are Debian's packages):$apt" 'install it with your package manager'
	fi
}

# What comes from Python goes into a folder of its own in this checkout, since
# the Python of many systems takes no packages from pip. The Makefile has it on
# PATH.
install_pip() {
	printf 'setup: installing with pip into tests/.venv:%s\n' "$pip" >&2
	[ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || fail "python3 -m venv failed; this is missing:$pip"
	# shellcheck disable=SC2086 # a list of packages
	"$venv/bin/pip" install --quiet --retries 1 --disable-pip-version-check $pip >&2 ||
		printf 'setup: pip failed; this stays missing:%s\nsetup: tests that need it are skipped, or fail with STSX_REQUIRE=all\n' "$pip" >&2
}

system=$(uname -s)
apt='' brew='' pip='' unpack='' no_browser=''
PATH=$PATH:$venv/bin
[ $# -eq 1 ] || fail "$usage"
case $1 in
build) ;;
demo) demo_parts ;;
test) test_parts ;;
release) release_parts ;;
*) fail "$usage" ;;
esac
check_go
[ -z "$apt" ] || install_system
[ -z "$pip" ] || install_pip
[ -z "$unpack" ] || unpack_debs
[ "$1" != test ] || unpack_pwsh
if [ "$1" = test ] && ! have terraform; then
	echo 'setup: terraform is missing and comes from no package registry: its tests are skipped, or fail with STSX_REQUIRE=all' >&2
fi
