# With nixpkgs: callPackage ./package.nix { }
{ lib, stdenvNoCC, fetchurl, installShellFiles }:

let
  archives = {
    x86_64-linux = { name = "linux_amd64"; sha256 = "@SUM_linux_amd64.tar.gz@"; };
    aarch64-linux = { name = "linux_arm64"; sha256 = "@SUM_linux_arm64.tar.gz@"; };
    x86_64-darwin = { name = "darwin_amd64"; sha256 = "@SUM_darwin_amd64.tar.gz@"; };
    aarch64-darwin = { name = "darwin_arm64"; sha256 = "@SUM_darwin_arm64.tar.gz@"; };
  };
  archive = archives.${stdenvNoCC.hostPlatform.system};
in
stdenvNoCC.mkDerivation rec {
  pname = "stsx";
  version = "@VERSION@";

  src = fetchurl {
    url = "@RELEASE@/stsx_${version}_${archive.name}.tar.gz";
    inherit (archive) sha256;
  };

  nativeBuildInputs = [ installShellFiles ];
  # The program is as the sums of the release have it.
  dontStrip = true;

  installPhase = ''
    runHook preInstall
    install -Dm755 stsx -t $out/bin
    installManPage stsx.1
    installShellCompletion --cmd stsx --bash completions/stsx.bash --zsh completions/stsx.zsh --fish completions/stsx.fish
    mkdir -p $out/share/doc/stsx
    cp -R docs *.md LICENSE third-party.txt $out/share/doc/stsx
    runHook postInstall
  '';

  meta = {
    description = "AWS credentials through an Okta sign-in";
    homepage = "@HOMEPAGE@";
    license = lib.licenses.mit;
    mainProgram = "stsx";
    platforms = builtins.attrNames archives;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
