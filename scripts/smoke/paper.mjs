/** Writes docs/runtimes.md, the results of a complete run of `make smoke`. */

/** @typedef {{ where: string, version: string, what: string, result: string }} Result */

/** The prefix of the results that are about `libuv-wasm/net`. */
const NET = 'net: '

/** @param {readonly Result[]} results @returns {string} the text of the page */
export const paper = (results) => {
  const rows = results
    .filter(({ what }) => !what.startsWith(NET))
    .map(({ where, version, what, result }) => [where, version, what, result])
  return `# Tested runtimes and bundlers

Written by \`make smoke\` after a complete run without failures. It installed the packed tarball in an empty directory,
without a network. There it ran the programs of the README, the first one also with \`require()\`, a C program with the
\`libuv-wasm\` command, and bundles of the first program. In Chromium it loaded the example page (\`examples/page\`), used
it, closed its connection, and checked that no handle, descriptor or memory block was left. For esbuild it copied the
module to the bundle's directory; no other bundler needs configuration for the module.

${table(['where', 'version', 'what', 'result'], rows)}

Node 20 cannot \`require()\` ES modules; later versions can.

## Programs over \`libuv-wasm/net\`

These are unmodified libraries from npm, with \`node:net\` replaced by \`libuv-wasm/net/register\`, on the loop that runs by
itself. The programs are in \`test/faces/programs\`. Clients of Redis, MariaDB and PostgreSQL run against these servers; in
the other programs both ends use this package's sockets. \`http\` and \`tls\` are the runtime's own modules over this
package's sockets; \`sockets\` is \`libuv-wasm/sockets\` with its Web streams, plain and over TLS.

${facesTable(results.filter(({ what }) => what.startsWith(NET)))}

Where the table says "no", the same program fails with the runtime's own \`node:net\` as well: Deno's \`http\` ends a
connection that was passed to it after one response, and Bun's \`tls\` is incomplete over sockets that it did not create.
Bun replaces \`ws\` and \`undici\` with implementations of its own.
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
