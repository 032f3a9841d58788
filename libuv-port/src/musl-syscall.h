/* SPDX-License-Identifier: MIT */

/* The C library's system calls, whose prototypes it does not publish. Where a
 * file of ours defines one, the compiler compares.
 */

#ifndef UVP_MUSL_SYSCALL_H_
#define UVP_MUSL_SYSCALL_H_

long __syscall_access(long path, long mode);
long __syscall_chdir(long path);
long __syscall_chmod(long path, long mode);
long __syscall_chown32(long path, long user, long group);
long __syscall_dup3(long fd, long to, long flags);
long __syscall_faccessat(long dir, long path, long mode, long flags);
long __syscall_fchmod(long fd, long mode);
long __syscall_fchmodat(long dir, long path, long mode, ...);
long __syscall_fchown32(long fd, long user, long group);
long __syscall_fchownat(long dir, long path, long user, long group, long flags);
long __syscall_fstat64(long fd, long st);
long __syscall_fstatat64(long dir, long path, long st, long flags);
long __syscall_fstatfs64(long fd, long size, long buf);
long __syscall_getcwd(long buf, long size);
long __syscall_getdents64(long fd, long buf, long size);
long __syscall_lchown32(long path, long user, long group);
long __syscall_linkat(long from_dir,
                      long from,
                      long to_dir,
                      long to,
                      long flags);
long __syscall_lstat64(long path, long st);
long __syscall_mkdir(long path, long mode);
long __syscall_mkdirat(long dir, long path, long mode);
long __syscall_newfstatat(long dir, long path, long st, long flags);
long __syscall_open(long path, long flags, ...);
long __syscall_openat(long dir, long path, long flags, ...);
long __syscall_readlink(long path, long buf, long size);
long __syscall_readlinkat(long dir, long path, long buf, long size);
long __syscall_rename(long from, long to);
long __syscall_renameat(long from_dir, long from, long to_dir, long to);
long __syscall_rmdir(long path);
long __syscall_stat64(long path, long st);
long __syscall_statfs64(long path, long size, long buf);
long __syscall_symlink(long target, long path);
long __syscall_symlinkat(long target, long dir, long path);
long __syscall_unlink(long path);
long __syscall_unlinkat(long dir, long path, long flags);
long __syscall_utimensat(long dir, long path, long times, long flags);

#endif  /* UVP_MUSL_SYSCALL_H_ */
