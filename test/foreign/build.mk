# Unmodified programs of other projects that use libuv, compiled with uvcc: from
# Debian's source packages, and from the book in libuv's documentation.
# Included by the Makefile after sdk/build.mk.

FOREIGN = build/foreign
LUA = $(FOREIGN)/lua
LUV = $(FOREIGN)/luv
HDDEMUX = $(FOREIGN)/hddemux
BOOK = queue-work tcp-echo-server uvcat uvstop uvtee

FOREIGN_PROGRAMS = $(FOREIGN)/lua.wasm $(FOREIGN)/hddemux.wasm \
  $(BOOK:%=$(FOREIGN)/book/%.wasm)
FOREIGN_FLAGS = -O2 -w

.PHONY: foreign

foreign: build sdk $(FOREIGN_PROGRAMS) ## runs programs of others as guests
	@$(JEST) test/foreign

$(LUA)/src/lua.c:
	@scripts/fetch-source.sh lua5.4 5.4.7 \
	  9fbf5e28ef86c69858f6d3d34eccc32e911c1a28b4120ff3e84aaa70cfbf1e30 $(LUA)

$(LUV)/src/luv.c:
	@scripts/fetch-source.sh lua-luv 1.48.0-2 \
	  e64cd8a0197449288b37df6ca058120e8d2308fc305f543162b5bf3e92273a05 $(LUV)

$(HDDEMUX)/hddemux.c:
	@scripts/fetch-source.sh hddemux 0.5 \
	  3f71a876944f1c8f5517acfd66d3c824fd4cbec108c0d24ebf3fbdbca10b29a9 $(HDDEMUX)

# Without dynamic loading, a library has to be added to Lua's list.
$(FOREIGN)/lua.wasm: $(LUA)/src/lua.c $(LUV)/src/luv.c $(SDK_MADE)
	@sed -e 's/{LUA_DBLIBNAME, luaopen_debug},/& {"luv", luaopen_luv},/' \
	  -e 's/#include "lauxlib.h"/&\nint luaopen_luv(lua_State*);/' \
	  $(LUA)/src/linit.c >$(FOREIGN)/linit.c
	@$(UVCC) $(FOREIGN_FLAGS) -D_GNU_SOURCE -I$(LUA)/src -I$(LUV)/src \
	  -I$(LUV)/lib/compat-5.3/c-api $(FOREIGN)/linit.c $(LUV)/src/luv.c \
	  $$(ls $(LUA)/src/*.c | grep -v 'luac\.c\|linit\.c') -o $@
	@echo '$@: Lua with luv'

$(FOREIGN)/hddemux.wasm: $(HDDEMUX)/hddemux.c $(wildcard test/foreign/systemd/*) \
    $(SDK_MADE)
	@$(UVCC) $(FOREIGN_FLAGS) -Itest/foreign $(HDDEMUX)/hddemux.c \
	  test/foreign/systemd/sd-daemon.c -o $@
	@echo '$@'

$(FOREIGN)/book/%.wasm: $(SDK_MADE) | $(LIBUV_DIR)/include/uv.h
	@mkdir -p $(@D)
	@$(UVCC) $(FOREIGN_FLAGS) $(LIBUV_DIR)/docs/code/$*/main.c -o $@
