import { compareGroup } from './compare.js'
import { shutdown } from './twins/shutdown.js'

compareGroup('shutdown', shutdown)
