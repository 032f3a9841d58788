/* SPDX-License-Identifier: MIT */

// Says which exception ends a program, with the words of GNU's library. Linked
// into programs that throw: their calls of __cxa_throw() come here.

#include "catching.h"

#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <exception>
#include <typeinfo>
#include <unistd.h>
#include <unwind.h>

extern "C" {

[[noreturn]] void __real___cxa_throw(void*, std::type_info*, void* (*)(void*));
[[noreturn]] void __wrap___cxa_throw(void*, std::type_info*, void* (*)(void*));

}

// The exception that was thrown last.
static void* thrown;


static void print(const char* text, size_t size) {
  while (size > 0) {
    ssize_t written = write(STDERR_FILENO, text, size);
    if (written <= 0)
      return;
    text += written;
    size -= written;
  }
}


static void print(const char* text) {
  print(text, strlen(text));
}


// Prints the name of a type as in the source: of classes, in namespaces too, and
// of what else is thrown. The library's own way costs 60 kB. Other types, such as
// templates, are printed with the compiler's name for them.
static void print_type(const char* mangled) {
  static const char* const builtin[] = {
    "b", "bool", "c", "char", "d", "double", "f", "float", "i", "int", "j", "unsigned int", "l", "long",
    "m", "unsigned long", "x", "long long", "y", "unsigned long long", "PKc", "char const*", "Pc", "char*",
  };

  for (size_t index = 0; index < sizeof(builtin) / sizeof(*builtin); index += 2)
    if (strcmp(mangled, builtin[index]) == 0)
      return print(builtin[index + 1]);

  const char* rest = mangled;
  bool nested = *rest == 'N';
  rest += nested;
  bool standard = strncmp(rest, "St", 2) == 0;
  rest += standard ? 2 : 0;

  // Once to see whether all of it is understood, and once to print it.
  for (bool printing = false;; printing = true) {
    const char* at = rest;
    if (printing && standard)
      print("std::");
    while (*at >= '1' && *at <= '9') {
      char* name;
      size_t size = strtoul(at, &name, 10);
      if (size > strlen(name))
        break;
      if (printing && at != rest)
        print("::");
      if (printing)
        print(name, size);
      at = name + size;
    }
    if (at == rest || strcmp(at, nested ? "E" : "") != 0)
      return print(mangled);
    if (printing)
      return;
  }
}


static void tell(const std::type_info& type) {
  print("terminate called after throwing an instance of '");
  print_type(type.name());
  print("'\n");

  try {
    throw;
  } catch (const std::exception& exception) {
    print("  what():  ");
    print(exception.what());
    print("\n");
  } catch (...) {
  }
}


[[noreturn]] static void on_terminate() {
  // A function that is `noexcept` calls std::terminate() without catching.
  if (abi::__cxa_current_exception_type() == nullptr && std::uncaught_exceptions() > 0)
    abi::__cxa_begin_catch(static_cast<_Unwind_Exception*>(thrown) - 1);

  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr)
    print("terminate called without an active exception\n");
  else
    tell(*type);

  abort();
}


// Before the program's own constructors, which may set a handler.
__attribute__((constructor(101)))
static void tell_of_exceptions() {
  std::set_terminate(on_terminate);
}


int uvp__catching(int (*call)(void*), void* argument) {
  try {
    return call(argument);
  } catch (...) {
    std::terminate();
  }
}


void __wrap___cxa_throw(void* object, std::type_info* type, void* (*destructor)(void*)) {
  thrown = object;
  __real___cxa_throw(object, type, destructor);
}
