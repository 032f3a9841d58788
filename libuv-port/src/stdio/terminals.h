/* SPDX-License-Identifier: MIT */

#ifndef UVP_TERMINALS_H_
#define UVP_TERMINALS_H_

/* A request of ioctl() about a terminal; 0 or a negated errno: EBADF, ENOTTY (not
 * a terminal, or not a request about one), EPERM, EINVAL, and those of
 * uvh_terminal(). The caller owns `argument`.
 */
int uvp__terminal_ioctl(int fd, int request, void* argument);

#endif  /* UVP_TERMINALS_H_ */
