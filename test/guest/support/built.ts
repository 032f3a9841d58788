/**
 * The compiled library: a guest's thread can load nothing else, and classes have to be the same on both sides. The
 * driver is that of GUEST_DRIVER, or `worker`; jspi.test.ts runs these tests again with `jspi`.
 */

import type * as PolicyRulesModule from '../../../src/guard/policy.js'
import type * as PolicyModule from '../../../src/guard/policy-host.js'
import type * as GuestModule from '../../../src/guest/guest.js'
import type * as ErrorModule from '../../../src/host/contract/error.js'
import type * as NodeModule from '../../../src/host/node.js'
import type * as VirtualModule from '../../../src/host/virtual.js'
import type * as PluginModule from '../../../src/plugin/guest-isolation.js'
import type * as PluginsModule from '../../../src/plugin/plugins.js'
import type * as ProcessModule from '../../../src/plugin/process/process-isolation.js'
import type * as ServerModule from '../../../src/remote/server/host-server.js'
import type * as LoaderModule from '../../../src/runtime/module.js'

const load = (path: string) => import(new URL(`../../../build/lib/${path}.js`, import.meta.url).href)

export const { Guest, GuestTrap }: typeof GuestModule = await load('guest/guest')
export const { HostError }: typeof ErrorModule = await load('host/contract/error')
export const { HostServer }: typeof ServerModule = await load('remote/server/host-server')
export const { compileModule, describeModule }: typeof LoaderModule = await load('runtime/module')
export const { Policy }: typeof PolicyRulesModule = await load('guard/policy')
export const { policyHost }: typeof PolicyModule = await load('guard/policy-host')
export const { ProcessIsolation }: typeof ProcessModule = await load('plugin/process/process-isolation')
export const { GuestIsolation }: typeof PluginModule = await load('plugin/guest-isolation')
export const { Plugin, PluginHost }: typeof PluginsModule = await load('plugin/plugins')
export const { nodeHost }: typeof NodeModule = await load('host/node')
export const { virtualHost }: typeof VirtualModule = await load('host/virtual')

/** The driver that is tested. */
export const driver: 'worker' | 'jspi' = process.env.GUEST_DRIVER === 'jspi' ? 'jspi' : 'worker'
