/** Numbers of the C library, which the host uses too; `make check ONLY=assembly` compares them. */

export const AF_UNIX: i32 = 1
export const AF_INET: i32 = 2
export const AF_INET6: i32 = 10
export const SOCK_STREAM: i32 = 1
export const SOCK_DGRAM: i32 = 2
export const SOCK_NONBLOCK: i32 = 2048
export const SOL_SOCKET: i32 = 1
export const SO_REUSEADDR: i32 = 2
export const SO_ERROR: i32 = 4
export const SO_BROADCAST: i32 = 6
export const SO_KEEPALIVE: i32 = 9
export const SO_LINGER: i32 = 13
export const IPPROTO_TCP: i32 = 6
export const IPPROTO_IPV6: i32 = 41
export const TCP_NODELAY: i32 = 1
export const TCP_KEEPIDLE: i32 = 4
export const IPV6_V6ONLY: i32 = 26
export const SHUT_WR: i32 = 1
export const POLLIN: i32 = 1
export const POLLOUT: i32 = 4
export const POLLERR: i32 = 8
export const POLLHUP: i32 = 16
export const F_GETFL: i32 = 3
export const F_SETFL: i32 = 4
export const O_NONBLOCK: i32 = 2048
export const SOMAXCONN: i32 = 128

/** What a turn of the loop returns: see `RunResult` of the host. */
export const ALIVE: i32 = 1
export const PARKED: i32 = 2
export const UNTIMED: i32 = 8
