# Lua with luv. Without dynamic loading, a library has to be added to Lua's list.
fetch trixie lua-luv 1.48.0-2 e64cd8a0197449288b37df6ca058120e8d2308fc305f543162b5bf3e92273a05
fetch trixie lua5.4 5.4.7 9fbf5e28ef86c69858f6d3d34eccc32e911c1a28b4120ff3e84aaa70cfbf1e30
sed -e 's/{LUA_DBLIBNAME, luaopen_debug},/& {"luv", luaopen_luv},/' -e 's/#include "lauxlib.h"/&\nint luaopen_luv(lua_State*);/' src/linit.c >../linit.c
uvcc -O2 -w -D_GNU_SOURCE -Isrc -I../lua-luv/src -I../lua-luv/lib/compat-5.3/c-api \
  ../linit.c ../lua-luv/src/luv.c $(ls src/*.c | grep -v 'luac\.c\|linit\.c') -o lua.wasm
take lua.wasm
