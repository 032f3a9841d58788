# SQLite's shell.
fetch trixie sqlite3 3.46.1 d0cdd2ece271b29e7ce18095745d892517ee26d0f270065b3a25c2e9eb11639c
./configure --host=wasm32 --disable-tcl --disable-load-extension --disable-readline
make sqlite3 BCC=cc
take sqlite3
