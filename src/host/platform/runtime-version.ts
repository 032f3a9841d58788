/**
 * The runtime and its version, for messages and recordings: `Node.js/24.21.0`, `Deno/2.9.0`, or what a browser calls
 * itself.
 */
export function runtimeVersion(): string {
  const { process, navigator }: { process?: NodeJS.Process; navigator?: { readonly userAgent?: string } } = globalThis
  const version = process?.versions?.node
  const agent = navigator?.userAgent
  return version !== undefined && (agent === undefined || agent.startsWith('Node'))
    ? `Node.js/${version}`
    : (agent ?? 'unknown')
}
