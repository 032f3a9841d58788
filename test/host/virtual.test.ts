import { describe } from '@jest/globals'
import { hostContract } from './contract/contract.js'
import { overVirtual } from './contract/subjects.js'

describe('the virtual host', () => hostContract(overVirtual))
