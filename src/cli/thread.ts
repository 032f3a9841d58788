/** The thread of a guest that the command runs: the same as that of any guest, but with its compiled code. */
import { Scripts } from './scripts.js'

const scripts = new Scripts()
process.once('exit', scripts.keep)
scripts.load('./worker.js')
