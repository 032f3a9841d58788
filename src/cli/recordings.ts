/** The commands `record`, `replay` and `trace`, which are loaded together, and only when they are used. */
export { record } from './record.js'
export { replay } from './replay.js'
export { view } from './trace.js'
