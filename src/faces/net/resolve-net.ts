/** Sends who imports `node:net` to ours. Run by Node's loader: in the program's own thread, or on Node 20 in the loader's. */
import type { ResolveFnOutput, ResolveHookContext } from 'node:module'

/** The folder of this library: it means Node's sockets when it says so. */
const own = new URL('../../', import.meta.url).href
const replacement = new URL('./replacement.js', import.meta.url).href

/** A hook of Node's; see `module.registerHooks()`. */
export function resolve<Answer>(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context: ResolveHookContext) => Answer,
): Answer | (ResolveFnOutput & { readonly format: 'module' }) {
  const other = specifier !== 'net' && specifier !== 'node:net'
  if (other || context.parentURL?.startsWith(own)) return next(specifier, context)
  return { url: replacement, format: 'module', shortCircuit: true }
}
