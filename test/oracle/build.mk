# Builds the oracle: programs linked with native libuv. Included by the Makefile
# after libuv-port/build.mk.
#
#   build/oracle/oracle    the scenarios; `oracle GROUP` prints their traces
#   build/oracle/peer      a program that scenarios exchange bytes with

ORACLE_SOURCES = $(filter-out %/peer.c, $(wildcard test/oracle/native/*.c))
ORACLE_CFLAGS = -std=gnu89 -O1 -g -Wall -Wextra -Wno-unused-parameter \
  -Wstrict-prototypes

native: build/oracle/oracle build/oracle/peer

build/oracle/oracle: $(ORACLE_SOURCES) $(wildcard test/oracle/native/*.h) \
    build/native/libuv.a
	@mkdir -p $(@D)
	$(CC) $(ORACLE_CFLAGS) -I$(LIBUV_DIR)/include $(filter %.c %.a, $^) \
	  -lpthread -ldl -o $@

build/oracle/peer: test/oracle/native/peer.c | cc
	@mkdir -p $(@D)
	$(CC) $(ORACLE_CFLAGS) $< -o $@
