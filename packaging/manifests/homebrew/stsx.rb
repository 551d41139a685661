class Stsx < Formula
  desc "AWS credentials through an Okta sign-in"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@RELEASE@/stsx_@VERSION@_darwin_arm64.tar.gz"
      sha256 "@SUM_darwin_arm64.tar.gz@"
    end
    on_intel do
      url "@RELEASE@/stsx_@VERSION@_darwin_amd64.tar.gz"
      sha256 "@SUM_darwin_amd64.tar.gz@"
    end
  end

  on_linux do
    on_arm do
      url "@RELEASE@/stsx_@VERSION@_linux_arm64.tar.gz"
      sha256 "@SUM_linux_arm64.tar.gz@"
    end
    on_intel do
      url "@RELEASE@/stsx_@VERSION@_linux_amd64.tar.gz"
      sha256 "@SUM_linux_amd64.tar.gz@"
    end
  end

  def install
    bin.install "stsx"
    man1.install "stsx.1"
    bash_completion.install "completions/stsx.bash" => "stsx"
    zsh_completion.install "completions/stsx.zsh" => "_stsx"
    fish_completion.install "completions/stsx.fish"
    doc.install "docs", "third-party.txt"
  end

  def caveats
    "stsx signs in with the Chrome, Chromium, Edge or Brave that is installed. Next: stsx doctor"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/stsx version")
  end
end
