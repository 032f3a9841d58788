/** The drivers that run a guest in the thread of its host. Together, since they consist of the same code. */
export { startWithJspi } from './jspi.js'
export { startPumped } from './pump.js'
