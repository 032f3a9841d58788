/** Sends who imports `node:net` to ours. Run by Node's loader: in the program's own thread, or on Node 20 in the loader's. */
import type { ResolveFnOutput, ResolveHookContext } from 'node:module'

const replacement = new URL('./replacement.js', import.meta.url).href

/** A hook of Node's; see `module.registerHooks()`. This library as it is published does not import Node's sockets by name. */
export function resolve<Answer>(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context: ResolveHookContext) => Answer,
): Answer | (ResolveFnOutput & { readonly format: 'module' }) {
  if (specifier !== 'net' && specifier !== 'node:net') return next(specifier, context)
  return { url: replacement, format: 'module', shortCircuit: true }
}
