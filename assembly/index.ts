/**
 * The library for programs in AssemblyScript: libuv's handles in the language's idiom. There are no closures, so what
 * the loop calls are methods of classes that a program derives, or functions.
 */
export { Address } from './base/address'
export { ErrorCode, errorName } from './base/errors'
export { isIP } from './base/ip'
export { decode, encode } from './base/memory'
export { Family, Lookup } from './lookup'
export { hold as keepRunning, now, release as letEnd } from './loop'
export { Pipe } from './pipe'
export { Stream } from './stream'
export { print } from './system'
export { TCP } from './tcp'
export { setInterval, setTimeout, Timer } from './timer'
