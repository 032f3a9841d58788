# QuickJS, a runtime of JavaScript.
fetch trixie quickjs 2025.04.26 ec81da5b3249ed648dbc7df4a1654988910e66a118d9b71cb63534216efcfbbe
make qjs CROSS_PREFIX=wasm32- CC=uvcc AR=emar
take qjs
