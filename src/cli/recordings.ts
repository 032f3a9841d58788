/** The commands `record` and `replay`, which are loaded together, and only when they are used. */
export { record } from './record.js'
export { replay } from './replay.js'
