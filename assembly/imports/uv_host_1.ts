/**
 * The import module `uv_host_1`, as far as this library calls it: the file's name is the module's. A result is 0 or
 * more, or a negative error code; `libuv-port/include/uv_host.h` has the rest.
 */

export declare function socket(domain: i32, type: i32, protocol: i32): i32
export declare function close(fd: i32): i32
export declare function bind(fd: i32, address: usize, length: i32): i32
export declare function listen(fd: i32, backlog: i32): i32
export declare function accept(fd: i32, address: usize, length: usize, flags: i32): i32
export declare function connect(fd: i32, address: usize, length: i32): i32
export declare function getsockname(fd: i32, address: usize, length: usize): i32
export declare function getpeername(fd: i32, address: usize, length: usize): i32
export declare function getsockopt(fd: i32, level: i32, name: i32, value: usize, length: usize): i32
export declare function setsockopt(fd: i32, level: i32, name: i32, value: usize, length: i32): i32
export declare function fcntl(fd: i32, command: i32, argument: i32): i32
export declare function eventfd(value: i32, flags: i32): i32
export declare function readv(fd: i32, buffers: usize, count: i32, flags: i32): i32
export declare function writev(fd: i32, buffers: usize, count: i32, flags: i32): i32
export declare function recvfrom(fd: i32, buffers: usize, count: i32, flags: i32, address: usize, length: usize): i32
export declare function sendto(fd: i32, buffers: usize, count: i32, flags: i32, address: usize, length: i32): i32
export declare function shutdown(fd: i32, how: i32): i32
export declare function poll_ctl(fd: i32, events: i32): i32
export declare function poll_wait(events: usize, max: i32, timeout: i32): i32
export declare function unlink(path: usize, length: i32): i32
export declare function lookup(name: usize, length: i32, family: i32): i32
export declare function interface_index(name: usize, length: i32): i32
export declare function signals(caught: i32, ignored: i32, arrived: usize): i32
export declare function clock(): f64
