/** What this library calls of WASI preview 1: the file's name is the module's. A result is an error number, or 0. */

export declare function args_get(argv: usize, buffer: usize): i32
export declare function args_sizes_get(count: usize, size: usize): i32
export declare function environ_get(environ: usize, buffer: usize): i32
export declare function environ_sizes_get(count: usize, size: usize): i32
export declare function clock_time_get(clock: i32, precision: i64, time: usize): i32
export declare function random_get(buffer: usize, length: i32): i32
export declare function fd_write(fd: i32, buffers: usize, count: i32, written: usize): i32
export declare function proc_exit(code: i32): void
