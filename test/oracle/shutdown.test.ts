import { compareGroup } from './support/compare.js'
import { shutdown } from './twins/shutdown.js'

compareGroup('shutdown', shutdown)
