import { compareGroup } from './compare.js'
import { udp } from './twins/udp.js'

compareGroup('udp', udp)
