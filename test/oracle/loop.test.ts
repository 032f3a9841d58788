import { compareGroup } from './compare.js'
import { loop } from './twins/loop.js'

compareGroup('loop', loop)
