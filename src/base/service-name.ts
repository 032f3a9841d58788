/**
 * Services: sockets of `AF_UNIX` that a host application and its guest reach each other by. Their names are no files,
 * and have the form of a path, `service:NAME`.
 */

/** The beginning of a service's path, and of a rule about it. */
export const SERVICE = 'service:'

/** Whether a path is that of a service, valid or not. */
export function isServicePath(path: string): boolean {
  return path.startsWith(SERVICE)
}

/**
 * Whether a text can name a service: a letter, then up to 63 letters and digits of ASCII, and any of `_ . -`. It is
 * never a port, so that no rule about a host named `service` is taken for one about a service.
 */
export function isServiceName(name: string): boolean {
  return /^[a-z][\w.-]{0,63}$/i.test(name)
}
