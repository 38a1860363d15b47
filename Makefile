# smtpsh: see README.md. GNU make.

VERSION = 0.1.0
MODE    = release
prefix  = /usr/local
bindir  = $(prefix)/bin
mandir  = $(prefix)/share/man
datadir = $(prefix)/share
CC      = gcc
PKGS    = readline libpcre2-8 jansson
LAZY    = openssl libgsasl libunbound libidn2
PKG_CONFIG = pkg-config

B    := build/$(MODE)
SRC  := smtpsh.c $(wildcard cmd/*.c)
NET  := $(wildcard net/*.c)
OBJ  := $(SRC:%.c=$B/%.o)
CORE := $(NET:%.c=$B/%.o)
UNIT := $(patsubst tests/core/%.c,$B/tests/%,$(wildcard tests/core/*.c))

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
       -Wmissing-prototypes -Wold-style-definition -Wvla -Wwrite-strings \
       -Wcast-qual -Wpointer-arith -Wundef -Wformat=2
HARD = -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LINK = -pie -Wl,-z,relro,-z,now
ifeq ($(MODE),dev)
WARN += -Werror -Wconversion
HARD += -g
endif
ifeq ($(MODE),asan)
HARD = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
       -fno-omit-frame-pointer
LINK = -fsanitize=address,undefined
endif
ifeq ($(MODE),tsan)
HARD = -O1 -g -fsanitize=thread
LINK = -fsanitize=thread
endif
ifeq ($(MODE),valgrind)
HARD = -O1 -g
LINK =
endif
ifeq ($(MODE),cover)
HARD = -O0 -g --coverage
LINK = --coverage
endif

CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Inet -Icmd
CFLAGS   += -std=c11 $(HARD) $(WARN) \
            $(shell $(PKG_CONFIG) --cflags $(PKGS) $(LAZY) 2>/dev/null)
LDLIBS   += $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -ldl -lpthread

all: smtpsh

smtpsh: $B/smtpsh
	@cp -p $< $@

$B/smtpsh: $(OBJ) $B/libnet.a
	$(CC) $(LINK) $(LDFLAGS) -o $@ $(OBJ) $B/libnet.a $(LDLIBS)

$B/libnet.a: $(CORE)
	@rm -f $@
	$(AR) rcs $@ $(CORE)

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/tests/%: tests/core/%.c $B/libnet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LINK) -o $@ $< $B/libnet.a -ldl -lpthread

-include $(OBJ:.o=.d) $(CORE:.o=.d) $(UNIT:=.d)

clean:
	rm -rf build smtpsh

.PHONY: all clean
