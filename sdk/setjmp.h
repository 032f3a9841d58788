/* SPDX-License-Identifier: MIT */

/* emscripten's setjmp.h, with the blocked signals: there, sigsetjmp() does not
 * store them, and after siglongjmp() out of a handler its signal would stay
 * blocked.
 */

#include_next <setjmp.h>

#ifdef sigsetjmp
#ifndef UVP_SETJMP_H_
#define UVP_SETJMP_H_

#ifdef __cplusplus
extern "C" {
#endif

/* Stores the blocked signals if `save` is not 0. */
void uvp_save_mask(sigjmp_buf env, int save);

/* Restores them, if they were stored. */
void uvp_restore_mask(const sigjmp_buf env);

#ifdef __cplusplus
}
#endif

#undef sigsetjmp
#undef siglongjmp
#define sigsetjmp(env, save) (uvp_save_mask((env), (save)), setjmp(env))
#define siglongjmp(env, value)                                                \
  (uvp_restore_mask(env), longjmp((env), (value)))

#endif  /* UVP_SETJMP_H_ */
#endif
