/* SPDX-License-Identifier: MIT */

#ifndef UVP_CATCHING_H_
#define UVP_CATCHING_H_

/* WebAssembly unwinds the stack of an exception before anything is known about
 * what catches it. So what nothing in the program catches is caught around all
 * of it, where std::terminate() is called as C++ says.
 *
 * Calls `call(argument)` and returns its result. It is only there, in throw.cc,
 * if the program throws; to others the library of exceptions would be a burden.
 */
extern "C" __attribute__((weak))
int uvp__catching(int (*call)(void* argument), void* argument);

#endif /* UVP_CATCHING_H_ */
