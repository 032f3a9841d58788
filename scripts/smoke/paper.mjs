/** docs/runtimes.md: what a whole run of `make smoke` has seen. */

/** @typedef {{ where: string, version: string, what: string, result: string }} Result */

/** @param {readonly Result[]} results @returns {string} the paper */
export const paper = (results) => {
  const heads = ['where', 'version', 'what', 'result']
  const lines = [heads, ...results.map(({ where, version, what, result }) => [where, version, what, result])]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const [head = '', ...rows] = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `# Where the package was tried

Written by \`make smoke\`, when all was well. The packed tarball was installed in an empty folder, without a network. There
README's programs were run, the first of them with \`require()\` too, a C program by the \`libuv-wasm\` command, and bundles of
the first. In Chromium it was [the page](../examples/page): looked at, talked to, and closed, with nothing left. Beside a bundle of
esbuild's lies a copy of the module; nobody was configured otherwise.

${[head, rule, ...rows].join('\n')}

Node 20 has no \`require()\` for ES modules; later ones do.
`
}
