/** The code in the docs. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Snippet
 * @property {string} language - the word after the opening fence: `js`, `ts`, `text`, ...
 * @property {string} code - including its last line break
 * @property {number} line - the line of its first line of code, counted from 1
 * @property {string} before - the text between it and the previous snippet
 */

/**
 * The fenced blocks of a Markdown text, in order.
 *
 * @param {string} text
 * @returns {Snippet[]}
 */
export const snippetsOf = (text) => {
  let end = 0
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map((match) => {
    const [all, language = '', code = ''] = match
    const before = text.slice(end, match.index)
    end = match.index + all.length
    return { language: language.trim(), code, line: text.slice(0, match.index).split('\n').length + 1, before }
  })
}

/**
 * The README's programs in order, and the output of each.
 *
 * @returns {{ code: string, output: string }[]}
 */
export const readmePrograms = () => {
  const snippets = snippetsOf(readFileSync('README.md', 'utf8'))
  return snippets.flatMap(({ language, code }, index) => {
    if (language !== 'js') return []
    const output = snippets[index + 1]
    if (output?.language !== 'text') throw new Error(`README.md has no output for its program ${index}`)
    return [{ code, output: output.code }]
  })
}

/** @typedef {{ name: string, place: string, code: string, output: string | undefined, runs: boolean }} Example */

/** The names that a fragment of a program may use without declaring them. */
const PRELUDE = `import { Async, Check, type Host, HostError, Idle, Loop, policyHost, Prepare, StatusCode, TCP, Timer, Trace, UVError, virtualHost } from 'libuv-wasm'
import { Guest, type Instantiate } from 'libuv-wasm/guest'
import { Plugin, PluginHost } from 'libuv-wasm/plugin'
declare const loop: Loop, server: TCP, client: TCP, peer: TCP, timer: Timer, host: Host, bytes: Uint8Array
`

/**
 * All TypeScript and JavaScript in README.md, docs and the `@example`s of src. Code with an import is a program, which
 * is run and must print the \`\`\`text block that follows it. All other code is a fragment, which must compile with the
 * usual names declared.
 *
 * @returns {Example[]}
 */
export const examples = () => {
  const papers = ['README.md', ...readdirSync('docs').map((file) => `docs/${file}`)].filter((path) =>
    /\.md$/.test(path),
  )
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`)
  const texts = [
    ...papers.map((path) => ({ path, text: readFileSync(path, 'utf8') })),
    ...sources.map((path) => ({ path, text: onlyExamples(readFileSync(path, 'utf8')) })),
  ]
  return texts.flatMap(({ path, text }) => {
    const snippets = snippetsOf(text)
    return snippets.flatMap(({ language, code, line }, index) => {
      if (!/^(js|ts|javascript|typescript)\b/.test(language)) return []
      const next = snippets[index + 1]
      const output = next?.language === 'text' && next.before.trim() === '' ? next.code : undefined
      const runs = /^import /m.test(code)
      const name = `${path.replace(/\.\w+$/, '').replaceAll(/\W+/g, '-')}-${line}`
      return [{ name, place: `${path}:${line}`, code: runs ? code : PRELUDE + code, output, runs }]
    })
  })
}

/** Blanks everything in a source but the examples in its comments, which keep their lines. @param {string} source */
const onlyExamples = (source) =>
  source.replaceAll(/(\/\*\*.*?\*\/)|[^\n]/gs, (_all, comment) => {
    const at = comment?.indexOf('@example') ?? -1
    if (at < 0) return (comment ?? '').replaceAll(/[^\n]/g, '')
    const before = comment.slice(0, at).replaceAll(/[^\n]/g, '')
    return before + comment.slice(at, -2).replaceAll(/^ *\* ?/gm, '')
  })
