/**
 * Redirects imports of `node:net` to this package. Runs in Node's module loader: in the program's thread, or in the
 * loader's thread on Node 20.
 */
import type { ResolveFnOutput, ResolveHookContext } from 'node:module'

const replacement = new URL('./replacement.js', import.meta.url).href

/**
 * A hook of Node's; see `module.registerHooks()`. As published, this package does not import Node's sockets by name.
 */
export function resolve<Answer>(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context: ResolveHookContext) => Answer,
): Answer | (ResolveFnOutput & { readonly format: 'module' }) {
  if (specifier !== 'net' && specifier !== 'node:net') return next(specifier, context)
  return { url: replacement, format: 'module', shortCircuit: true }
}
