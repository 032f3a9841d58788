import { compareGroup } from './support/compare.js'
import { loop } from './twins/loop.js'

compareGroup('loop', loop)
