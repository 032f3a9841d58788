/** docs/runtimes.md: what a whole run of `make smoke` has seen. */

/** @typedef {{ where: string, version: string, what: string, result: string }} Result */

/** How the rows begin that are about `libuv-wasm/net`. */
const NET = 'net: '

/** @param {readonly Result[]} results @returns {string} the paper */
export const paper = (results) => {
  const rows = results
    .filter(({ what }) => !what.startsWith(NET))
    .map(({ where, version, what, result }) => [where, version, what, result])
  return `# Where the package was tried

Written by \`make smoke\`, when all was well. The packed tarball was installed in an empty folder, without a network. There
README's programs were run, the first of them with \`require()\` too, a C program by the \`libuv-wasm\` command, and bundles of
the first. In Chromium it was [the page](../examples/page): looked at, talked to, and closed, with nothing left. Beside a bundle of
esbuild's lies a copy of the module; nobody was configured otherwise.

${table(['where', 'version', 'what', 'result'], rows)}

Node 20 has no \`require()\` for ES modules; later ones do.

## Programs over \`libuv-wasm/net\`

Libraries as they come from npm, with \`node:net\` replaced by \`libuv-wasm/net/register\`, on the loop that runs by itself: what
\`test/faces/programs\` has, against Redis, MariaDB and PostgreSQL where they are clients of these, and with both ends on our
sockets where not. \`http\` and \`tls\` are the runtime's own, given our sockets; \`sockets\` is \`libuv-wasm/sockets\` with its
streams of the Web, plain and over TLS.

${facesTable(results.filter(({ what }) => what.startsWith(NET)))}

Where it says "no", the same program fails with the runtime's own \`node:net\` as well: Deno's \`http\` ends a connection that it
was given behind one answer, and Bun's \`tls\` is not whole over sockets that it did not make. Bun puts something of
its own in the place of \`ws\` and \`undici\`.
`
}

/** @param {readonly Result[]} results */
const facesTable = (results) => {
  const wheres = [...new Set(results.map(({ where }) => where))]
  const programs = [...new Set(results.map(({ what }) => what))]
  const rows = programs.map((program) => [
    program.slice(NET.length),
    ...wheres.map((place) => results.find(({ where, what }) => where === place && what === program)?.result ?? ''),
  ])
  return table(['program', ...wheres], rows)
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
const table = (heads, rows) => {
  const lines = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const [head = '', ...body] = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [head, rule, ...body].join('\n')
}
