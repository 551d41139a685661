#!/usr/bin/env bash
# Reads the filled-in manifests as their own package managers do, and checks that
# each archive they name is one of the release, with its sum. The package for Arch
# is built too, where makepkg is.
#
#   packaging/manifests.sh FOLDER      a folder with the files of a release
#
# Needs ruby and nix-instantiate.
set -euo pipefail
export LC_ALL=C
cd "$1"
release=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tar -xzf stsx_*_manifests.tar.gz -C "$dir" --strip-components 1
cd "$dir"

# Each of these prints the sum and the address of each archive, for every system.
formula_archives() {
	ruby -c homebrew/stsx.rb >&2
	ruby -e '
		class Formula
			class << self
				def url(text) = @url = text
				def sha256(text) = puts("#{text}  #{@url}")
				%i[on_macos on_linux on_arm on_intel].each { |system| define_method(system) { |&block| block.call } }
				%i[desc homepage version license test].each { |fact| define_method(fact) { |*| nil } }
			end
		end
		load ARGV[0]' homebrew/stsx.rb
}

scoop_archives() {
	ruby -rjson -e 'JSON.parse(File.read(ARGV[0])).fetch("architecture").each_value { |a| puts "#{a.fetch("hash")}  #{a.fetch("url")}" }' scoop/stsx.json
}

winget_archives() {
	ruby -ryaml -e '
		parts = Dir["winget/*.yaml"].map { |file| YAML.safe_load(File.read(file)) }
		packages = parts.map { |p| p.values_at("PackageIdentifier", "PackageVersion") }
		abort "winget: not one package of one version" if packages.uniq.size != 1
		abort "winget: not the three kinds" if parts.map { |p| p["ManifestType"] }.sort != %w[defaultLocale installer version]
		parts.filter_map { |p| p["Installers"] }.flatten.each { |i| puts "#{i.fetch("InstallerSha256")}  #{i.fetch("InstallerUrl")}" }'
}

arch_archives() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -euc '. ./aur/PKGBUILD
		for arch in "${arch[@]}"; do
			declare -n from=source_$arch sum=sha256sums_$arch
			printf "%s  %s\n" "$sum" "$from"
		done'
}

nix_archives() {
	nix-instantiate --parse nix/package.nix >/dev/null
	for system in x86_64-linux aarch64-linux x86_64-darwin aarch64-darwin; do
		NIX_STATE_DIR=$dir/nix-state nix-instantiate --eval --strict --json --store dummy:// --expr "
			let src = (import $dir/nix/package.nix {
				lib = { licenses.mit = 1; sourceTypes.binaryNativeCode = 1; }; fetchurl = a: a; installShellFiles = 1;
				stdenvNoCC = { hostPlatform.system = \"$system\"; mkDerivation = a: a; };
			}).src; in \"\${src.sha256}  \${src.url}\"" | tr -d '"'
		echo
	done
}

for kind in formula=4 scoop=2 winget=2 arch=2 nix=4; do
	"${kind%=*}_archives" | sed -E '/^$/d; s|  .*/|  |' >sums
	[ "$(sort -u sums | wc -l)" = "${kind#*=}" ] || { echo "manifests: ${kind%=*} does not name ${kind#*=} archives" >&2 && exit 1; }
	(cd "$release" && sha256sum --check --quiet --strict "$dir/sums")
done

# winget and Scoop name folders and programs inside the archive.
for arch in amd64 arm64; do
	zip=$(echo "$release"/stsx_*_windows_"$arch".zip)
	path=$(ruby -ryaml -e 'puts YAML.safe_load(File.read("winget/stsx.stsx.installer.yaml"))["Installers"].flat_map { |i| i["NestedInstallerFiles"] }.map { |f| f["RelativeFilePath"] }' |
		sed 's|\\|/|g' | grep "_$arch/")
	unzip -l "$zip" | grep " $path\$" >/dev/null || { echo "manifests: $zip has no $path" >&2 && exit 1; }
done

# makepkg refuses to run as root, and looks for a pacman that it has nothing to ask here.
if command -v makepkg >/dev/null; then
	cp "$release"/stsx_*_linux_amd64.tar.gz aur
	chmod 755 "$dir"
	as_nobody=()
	if [ "$(id -u)" -eq 0 ]; then
		chown -R nobody aur
		as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
	fi
	(cd aur && PACMAN=true CARCH=x86_64 PKGEXT=.pkg.tar HOME=$dir/aur "${as_nobody[@]}" makepkg --nodeps --nocolor)
	tar -tf aur/stsx-bin-*.pkg.tar | grep -x usr/bin/stsx
fi
