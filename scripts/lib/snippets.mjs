/** The code that papers print. */
import { readFileSync } from 'node:fs'

/**
 * @typedef {object} Snippet
 * @property {string} language - as it stands after the fence: `js`, `ts`, `text`, ...
 * @property {string} code - with its last line break
 * @property {number} line - where its code begins, counted from 1
 * @property {string} before - the text between it and the fence before
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

/** README's first program, and what it prints. */
export const firstProgram = () => {
  const snippets = snippetsOf(readFileSync('README.md', 'utf8'))
  const at = snippets.findIndex(({ language }) => language === 'js')
  const [program, output] = snippets.slice(at)
  if (program === undefined || output?.language !== 'text') throw new Error('README.md has no first program')
  return { code: program.code, output: output.code }
}
