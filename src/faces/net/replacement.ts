/** What `import` and `require` give in the place of `node:net`: the same names, and all of them together as the default. */
import * as net from '../net.js'

export * from '../net.js'
/** All of it, for `import net from 'node:net'`, and for those who change what they find, as they may with Node's. */
// biome-ignore lint/style/noDefaultExport: what is replaced has one
export default { ...net }
