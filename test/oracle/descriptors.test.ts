import { compareGroup } from './support/compare.js'
import { descriptors } from './twins/descriptors.js'

compareGroup('descriptors', descriptors)
