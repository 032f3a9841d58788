/* SPDX-License-Identifier: MIT */

/* The header of Linux, which newer versions of emscripten do not have. */

#pragma GCC system_header

#if __has_include_next(<sys/prctl.h>)
#include_next <sys/prctl.h>
#elif !defined(UVP_SYS_PRCTL_H_)
#define UVP_SYS_PRCTL_H_

#ifdef __cplusplus
extern "C" {
#endif

#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4
#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_IS_SET 1
#define PR_CAP_AMBIENT_RAISE 2
#define PR_CAP_AMBIENT_LOWER 3
#define PR_CAP_AMBIENT_CLEAR_ALL 4

int prctl(int operation, ...);

#ifdef __cplusplus
}
#endif

#endif
