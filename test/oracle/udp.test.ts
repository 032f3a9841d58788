import { compareGroup } from './support/compare.js'
import { udp } from './twins/udp.js'

compareGroup('udp', udp)
