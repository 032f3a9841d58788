# CMake toolchain for libuv on WebAssembly:
#
#   cmake -DCMAKE_TOOLCHAIN_FILE=.../share/cmake/uvcc.cmake ...

get_filename_component(UVCC_SDK "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
# The C library is like Unix', although there is no system below it.
set(UNIX 1)

set(CMAKE_C_COMPILER "${UVCC_SDK}/bin/uvcc")
set(CMAKE_CXX_COMPILER "${UVCC_SDK}/bin/uvcc++")
set(CMAKE_AR emar CACHE FILEPATH "")
set(CMAKE_RANLIB emranlib CACHE FILEPATH "")
# CMake itself sets the variable without a language.
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)

# Programs come from this machine, libraries and headers do not.
set(CMAKE_FIND_ROOT_PATH "${UVCC_SDK}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${UVCC_SDK}/lib/pkgconfig")
