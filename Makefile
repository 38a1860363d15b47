# smtpsh: see README.md, "Building". GNU make.

VERSION = 0.1.0
MODE    = release
prefix  = /usr/local
bindir  = $(prefix)/bin
mandir  = $(prefix)/share/man
datadir = $(prefix)/share
CC      = gcc
PKG_CONFIG = pkg-config

# None is linked: only the headers are needed here, since net/lazy.h loads each
# when it is first used.
PKGS = readline libpcre2-8 jansson
MORE = openssl libgsasl libunbound libidn2 gmime-3.0 zlib

B    := build/$(MODE)
NET  := $(patsubst %.c,$B/%.o,$(wildcard net/*.c net/*/*.c))
CMD  := $(patsubst %.c,$B/%.o,$(wildcard cmd/*.c cmd/*/*.c))
LIBS := $B/libcmd.a $B/libnet.a
UNIT := $(patsubst tests/core/%.c,$B/tests/%,$(wildcard tests/core/*.c))
# What takes longer than three minutes together is check-more's.
SLOW := $(patsubst %,tests/%.bats,ahead arrived completion compose crowd \
        demand diagnosis fronts hostile import load load_odd load_ways mail \
        mocks packs parts places readback receiver_people report rules \
        rules_clients setups)
BATS := $(if $(filter valgrind,$(MODE)),tests/script.bats,$(filter-out $(SLOW),\
        $(wildcard tests/*.bats)))
FUZZ := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/*.c))

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
       -Wmissing-prototypes -Wold-style-definition -Wvla -Wwrite-strings \
       -Wcast-qual -Wpointer-arith -Wundef -Wformat=2
SAN  = -fno-omit-frame-pointer -fno-sanitize-recover=undefined
HARD.release  = -O2 $(HARDER) -fstack-protector-strong -fPIE
HARD.dev      = $(HARD.release) -g -Werror -Wconversion
HARD.asan     = -O1 -g -fsanitize=address,undefined $(SAN)
HARD.tsan     = -O1 -g -fsanitize=thread
HARD.valgrind = -O1 -g -DUNCONFINED
HARD.kqueue   = $(HARD.release) -DWATCH_KQUEUE -Itests/kqueue
HARD.cover    = -O0 -g --coverage -DUNCONFINED
HARD.fuzz     = -O1 -g -fsanitize=fuzzer-no-link,address,undefined $(SAN) \
                -fprofile-instr-generate -fcoverage-mapping -DUNCONFINED \
                -DBODY_WORTH=1
FUZZER        = -fsanitize=fuzzer
ifneq ($(shell uname -s),Darwin)
LINK.release  = -pie -Wl,-z,relro,-z,now $(PACKED)
endif
LINK.dev      = $(LINK.release)
LINK.kqueue   = $(LINK.release)
ifndef HARD.$(MODE)
$(error MODE is release, dev, asan, tsan, valgrind, kqueue, cover or fuzz)
endif

# What not every compiler, C library or machine has. Asked once, as below.
HARDER = $(eval HARDER := $$(shell \
    has() { $(CC) -O2 -Werror $$$$1 -include string.h -fsyntax-only -x c \
    /dev/null 2>/dev/null && echo $$$$1; }; has -fcf-protection; \
    has -fstack-clash-protection; has -mbranch-protection=standard; \
    has -D_FORTIFY_SOURCE=3 || echo -D_FORTIFY_SOURCE=2))$(HARDER)

# Addresses that the start has to write, in a bit each and not 24 octets: a
# tenth of the time of a short mail. The linker and the C library must know it
# (binutils 2.38, glibc 2.36): what is linked so has to run.
PACK   = -Wl,-z,pack-relative-relocs
PACKED = $(eval PACKED := $$(shell t=$$$$(mktemp) && \
    echo 'int main(void) { return 0; }' | $(CC) -fPIE -pie $(PACK) \
    -Wl,--fatal-warnings -o $$$$t -x c - 2>/dev/null && $$$$t && echo $(PACK); \
    rm -f $$$$t))$(PACKED)

# Asked once, and not before something is compiled: `make deps demo` begins
# without pkg-config. Of MORE flags matter only where the headers are in an odd
# place; some .pc files want packages that are not needed.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell $(PKG_CONFIG) --cflags $(PKGS) || \
    echo "'make deps' installs what is missing" >&2; for p in $(MORE); do \
    $(PKG_CONFIG) --cflags $$$$p 2>/dev/null; done))$(PKG_CFLAGS)

COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. \
          $(HARD.$(MODE)) $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP
LINKED  = $(LINK.$(MODE)) $(LDFLAGS)
LDLIBS += -ldl -lpthread
V       = @
RUN     = MODE=$(MODE) SMTPSH=$(CURDIR)/$B/smtpsh

all: smtpsh

smtpsh: $B/smtpsh
	@cp -p $< $B/$@.new && mv -f $B/$@.new $@

$B/smtpsh: $B/smtpsh.o $(LIBS)
	@echo "  LINK $@"
	$V$(CC) $(HARD.$(MODE)) $(LINKED) -o $@ $^ $(LDLIBS)

$B/libcmd.a: $(CMD)
$B/libnet.a: $(NET)
$(LIBS):
	@echo "  AR   $@"
	@rm -f $@.new
	$V$(AR) rcs $@.new $^ && mv -f $@.new $@

$B/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$V$(COMPILE) -c -o $@ $<

$B/tests/%: tests/core/%.c $(LIBS)
	@mkdir -p $(@D)
	@echo "  TEST $@"
	$V$(COMPILE) -Wno-unused-result -Wno-missing-field-initializers -MF $@.d $(LINKED) -o $@ $< $(LIBS) $(LDLIBS)

$B/bench/%: tests/bench/%.c $(LIBS)
	@mkdir -p $(@D)
	@echo "  BENCH $@"
	$V$(COMPILE) -Wno-unused-result -Wno-missing-field-initializers -MF $@.d $(LINKED) -o $@ $< $(LIBS) $(LDLIBS)

$B/fuzz/%: tests/fuzz/%.c $(LIBS)
	@mkdir -p $(@D)
	@echo "  FUZZ $@"
	$V$(COMPILE) -MF $@.d $(FUZZER) $(LDFLAGS) -o $@ $< $(LIBS) $(LDLIBS) \
    $(if $(filter %/sinks,$@),-ljansson)

-include $(NET:.o=.d) $(CMD:.o=.d) $B/smtpsh.d $B/bench/talks.d $(UNIT:=.d) $(FUZZ:=.d)

demo: smtpsh
	./smtpsh --sandbox -f tests/conversations/alpha-beta.smtp -c '\mailbox'

units: $(UNIT)

check: $B/smtpsh $(UNIT)
	@$(RUN) tests/check.sh $(BATS) $(UNIT)

check-more: $B/smtpsh
	@$(RUN) tests/check.sh $(SLOW)

check-all: $B/smtpsh $(UNIT)
	@$(RUN) tests/check.sh $(BATS) $(SLOW) $(UNIT)

# A library that makes calls fail, and what counts them: tests/torture/run.
$B/torture/fail.so: tests/torture/fail.c tests/torture/fail.h
	@mkdir -p $(@D)
	$V$(CC) -std=c11 -D_GNU_SOURCE -I. -O1 -g $(WARN) -Wno-pedantic -shared -fPIC -o $@ $< -ldl

$B/torture/torture: tests/torture/torture.c tests/torture/fail.h
	@mkdir -p $(@D)
	$V$(CC) -std=c11 -D_GNU_SOURCE -I. -O1 -g $(WARN) -o $@ $<

# Transcripts with damage: tests/torture/pastes.
$B/torture/mutate: tests/torture/mutate.c
	@mkdir -p $(@D)
	$V$(CC) -std=c11 -D_GNU_SOURCE -I. -O1 -g $(WARN) -o $@ $<

torture: $B/smtpsh $B/torture/fail.so $B/torture/torture $B/torture/mutate
	@tests/torture/run $(CURDIR)/$B
	@tests/torture/pastes $(CURDIR)/$B

bench: $B/bench/talks
check-servers check-hostile bench: $B/smtpsh
	@$(RUN) tests/$(@:check-%=%)/run

fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-run

fuzz-nightly:
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} $(MAKE) --no-print-directory fuzz

fuzzers: $(FUZZ)

fuzz-run: $(FUZZ)
	@tests/fuzz.sh $(FUZZ)

threads:
	@$(MAKE) --no-print-directory MODE=tsan threads-run

threads-run: $B/smtpsh $B/tests/crowd
	@$(RUN) tests/check.sh tests/crowd.bats $B/tests/crowd

cover:
	@$(MAKE) --no-print-directory MODE=cover check
	@tests/cover.sh

lint:
	@$(MAKE) --no-print-directory MODE=dev build/dev/smtpsh units
	@tests/lint.sh build/dev

fmt:
	clang-format -i smtpsh.c net/*.[ch] net/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch] tests/*/*.[ch]

deps:
	@tests/deps.sh build

deps-lint:
	@tests/deps.sh lint

completions: smtpsh
	./smtpsh --completion bash >$B/smtpsh.bash
	./smtpsh --completion zsh >$B/_smtpsh
	./smtpsh --completion fish >$B/smtpsh.fish
	cp $B/smtpsh.bash $B/_smtpsh $B/smtpsh.fish completions/

# README's picture of a terminal, as this program makes it.
pictures: smtpsh
	@tests/picture/make.sh tests/picture/relay.svg

DEST = $(DESTDIR)$(bindir)/smtpsh $(DESTDIR)$(mandir)/man1/smtpsh.1 \
       $(DESTDIR)$(datadir)/bash-completion/completions/smtpsh \
       $(DESTDIR)$(datadir)/zsh/site-functions/_smtpsh \
       $(DESTDIR)$(datadir)/fish/vendor_completions.d/smtpsh.fish
PACKS = conformance smuggling
SHARE = $(DESTDIR)$(datadir)/smtpsh

install: smtpsh
	mkdir -p $(dir $(DEST))
	install -m 755 smtpsh $(word 1,$(DEST))
	install -m 644 smtpsh.1 $(word 2,$(DEST))
	install -m 644 completions/smtpsh.bash $(word 3,$(DEST))
	install -m 644 completions/_smtpsh $(word 4,$(DEST))
	install -m 644 completions/smtpsh.fish $(word 5,$(DEST))
	for p in $(PACKS); do mkdir -p $(SHARE)/$$p && install -m 644 \
	    tests/conversations/$$p/*.smtp $(SHARE)/$$p/ || exit; done

uninstall:
	rm -f $(DEST)
	for p in $(PACKS); do rm -f $(SHARE)/$$p/*.smtp; \
	    ! [ -d $(SHARE)/$$p ] || rmdir $(SHARE)/$$p || exit; done
	! [ -d $(SHARE) ] || rmdir $(SHARE)

dist:
	git archive --prefix=smtpsh-$(VERSION)/ -o smtpsh-$(VERSION).tar.gz HEAD

deb rpm:
	@tests/packages/$@.sh $(VERSION)

reproducible:
	@tests/packages/reproducible.sh

#: (nothing)       build ./smtpsh; MODE=dev: warnings are errors
#: demo            replay the first conversation of RFC 821 in the sandbox
#: deps            install what building and testing need
#: check           the tests; MODE=asan, tsan, valgrind or kqueue: under those
#: check-servers   against Postfix, Exim and others on loopback
#: check-hostile   against servers that mean harm
#: torture         each call that can fail fails once
#: fuzz            what nobody would send, to each parser
#: bench           speed and memory
#: threads         the receiver's threads under load, by ThreadSanitizer
#: cover           which lines the tests reach
#: lint            style and walls, behind make deps-lint
#: fmt             format the source
#: completions     make the shells' completion scripts again
#: pictures        take README's picture again
#: install         DESTDIR= and prefix= say where; uninstall takes it away
#: dist            the source as a tar file
#: deb, rpm        a package, below build/
#: reproducible    build twice, compare
#: clean           remove what was built
help:
	@sed -n 's/^#: /make /p' Makefile

clean:
	rm -rf build smtpsh smtpsh-*.tar.gz

# With -j nothing is compiled before deps is done.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(NET) $(CMD) $B/smtpsh.o: | deps
endif

.PHONY: all demo pictures units check check-more check-all torture check-servers check-hostile bench fuzz \
        fuzz-nightly fuzz-run fuzzers threads threads-run cover lint fmt deps deps-lint \
        completions install uninstall dist deb rpm reproducible help clean
