import { compareGroup } from './compare.js'
import { descriptors } from './twins/descriptors.js'

compareGroup('descriptors', descriptors)
