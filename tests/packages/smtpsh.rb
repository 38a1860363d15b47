# Homebrew: brew install --build-from-source --HEAD ./tests/packages/smtpsh.rb
class Smtpsh < Formula
  desc "SMTP shell"
  homepage "https://smtpsh.example"
  license "GPL-3.0-or-later"
  head "file://#{File.expand_path("../..", __dir__)}", using: :git, branch: "main"

  depends_on "make" => :build
  depends_on "pkgconf" => :build
  depends_on "gmime"
  depends_on "gsasl"
  depends_on "jansson"
  depends_on "libidn2"
  depends_on "openssl@3"
  depends_on "pcre2"
  depends_on "readline"
  depends_on "unbound"
  depends_on "zlib"

  def install
    system "gmake", "CC=#{ENV.cc}", "V="
    system "gmake", "install", "prefix=#{prefix}"
  end

  test do
    system bin/"smtpsh", "--sandbox", "-q", "--to", "Jones@Beta.ARPA", "--body", "hi"
  end
end
