#!/usr/bin/env bats
# The recipes in tests/packages, by stand-ins of the tools that read them: what
# they would install is what `make install` installs.

bats_require_minimum_version 1.5.0
load helper

setup() {
	smtpsh_setup
	VERSION=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
	# The program is built: where the tree has it, it is the one under test.
	mkdir house
	ln -s "$ROOT"/* house/
	ln -sf "$SMTPSH" house/smtpsh
	make -s -C house -o smtpsh install DESTDIR="$PWD/want" prefix=/usr
	(cd want && find . -type f | sort) >want.list
	grep -q '^./usr/bin/smtpsh$' want.list
	grep -q '^./usr/share/man/man1/smtpsh.1$' want.list
}

installed() {
	(cd "$1" && find . -type f | sort) | diff want.list -
}

@test "APKBUILD: its words, and what package() installs" {
	cat >abuild <<'END'
set -eu
make() { command make -s -C "$HOUSE" -o smtpsh "$@"; }
. "$ROOT/tests/packages/APKBUILD"
pkgdir=$PWD/apk srcdir=$PWD
[ "$pkgver" = "$VERSION" ]
[ "$source" = "smtpsh-$VERSION.tar.gz" ]
for part in $subpackages; do
	case $part in
	*-doc) ls "$PWD"/want/usr/share/man/man1/smtpsh.1 ;;
	*-bash-completion) ls -d "$PWD"/want/usr/share/bash-completion ;;
	*-zsh-completion) ls -d "$PWD"/want/usr/share/zsh/site-functions ;;
	*-fish-completion) ls -d "$PWD"/want/usr/share/fish ;;
	*) exit 1 ;;
	esac
done
command -v build check >/dev/null
package
END
	ROOT=$ROOT HOUSE=$PWD/house VERSION=$VERSION sh abuild
	installed apk
}

@test "Homebrew: the formula is Ruby, and what its install does" {
	command -v ruby >/dev/null || skip "ruby is not installed"
	cat >brew.rb <<'END'
class Formula
  def self.desc(*) = nil
  def self.homepage(*) = nil
  def self.license(*) = nil
  def self.test(*) = nil
  def self.depends_on(what) = (@needs ||= []) << (what.is_a?(Hash) ? what.keys[0] : what)
  def self.needs = @needs
  def self.head(url, using:, branch:) = url.start_with?("file:///") || raise(url)
  def prefix = "/usr"
  def bin = nil
  ENV.define_singleton_method(:cc) { "cc" }
  def system(*words)
    raise words.inspect unless words[0] == "gmake"
    return unless words.include?("install")
    Kernel.system("make", "-s", "-C", ENV["HOUSE"], "-o", "smtpsh", "DESTDIR=#{Dir.pwd}/brew", *words[1..]) or raise
  end
end
load "#{ENV["ROOT"]}/tests/packages/smtpsh.rb"
Smtpsh.new.install
puts Smtpsh.needs
END
	ends 0 env ROOT="$ROOT" HOUSE="$PWD/house" ruby brew.rb
	has readline pcre2 jansson openssl gsasl unbound libidn2 gmime
	installed brew
}
