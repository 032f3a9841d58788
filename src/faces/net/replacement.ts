/**
 * The module that `import` and `require` return instead of `node:net`: the same names, and an object of all as the
 * default.
 */
import * as net from '../net.js'

export * from '../net.js'
/** All exports, for `import net from 'node:net'`, and for programs that patch the object, like they may with Node's. */
// biome-ignore lint/style/noDefaultExport: what is replaced has one
export default { ...net }
