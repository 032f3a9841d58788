# The same targets as in libuv's own package. There is no shared library.

get_filename_component(_libuv_sdk "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

foreach(_libuv_target libuv::uv libuv::uv_a)
  if(NOT TARGET ${_libuv_target})
    add_library(${_libuv_target} STATIC IMPORTED)
    set_target_properties(${_libuv_target} PROPERTIES
      IMPORTED_LOCATION "${_libuv_sdk}/lib/libuv.a"
      IMPORTED_LOCATION_DEBUG "${_libuv_sdk}/lib/libuv-debug.a"
      INTERFACE_INCLUDE_DIRECTORIES "${_libuv_sdk}/include")
  endif()
endforeach()

unset(_libuv_sdk)
unset(_libuv_target)
