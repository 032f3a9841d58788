import { describe } from '@jest/globals'
import { virtualHost } from '../../src/host/virtual.js'
import { hostContract } from './contract.js'

describe('the virtual host', () => {
  hostContract(() => {
    const host = virtualHost()
    return { host, leaks: () => host.open() }
  })
})
