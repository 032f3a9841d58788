/**
 * Checks the language of comments and docs: programs are not described as people, there are no idioms that a reader has
 * to decode, and comments are within 120 columns. See CONTRIBUTING.md for the rules.
 */
import { readFileSync } from 'node:fs'
import { ownFiles } from '../lib/files.mjs'
import { conclude } from '../lib/report.mjs'

const PEOPLE = /\b(?:who|whom|whose|whoever|somebody|nobody|anybody|everybody)\b/gi
const IDIOMS = /\b(?:lets? go of|letting go of|to be had|is no matter|anew|See the top of the file|Translates them)\b/gi
const WIDTH = 120

/**
 * The texts that are checked. `most` is the allowed number of people words per 1,000 words.
 *
 * @type {{ name: string, paths: string[], most: number, prose: (path: string) => string }[]}
 */
const texts = [
  { name: 'comments of src', paths: ['src'], most: 1.5, prose: (path) => comments(path).join('\n') },
  {
    name: 'docs',
    paths: [
      'docs',
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'RELEASING.md',
      'libuv-port/README.md',
      'test/README.md',
    ],
    most: 0.5,
    prose: (path) => readFileSync(path, 'utf8').replace(/^```.*?^```/gms, ''),
  },
]

/** @param {string[]} paths @returns {string[]} the files in them that are checked */
const files = (paths) => ownFiles(...paths).filter((path) => /\.(?:ts|mjs|md)$/.test(path) && !GENERATED.includes(path))

/** Pages written by scripts, with names of tests. */
const GENERATED = ['docs/hosts.md', 'docs/posix.md', 'docs/runtimes.md']

/** @param {string} path @returns {string[]} */
const comments = (path) =>
  [...readFileSync(path, 'utf8').matchAll(/\/\*\*?.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs)].map(([comment]) => comment)

/** @param {typeof texts[number]} text @returns {{ problems: string[], summary: string }} */
const checkWords = ({ name, paths, most, prose }) => {
  let words = 0
  let people = 0
  /** @type {string[]} */
  const problems = []
  for (const path of files(paths)) {
    const text = prose(path)
    words += text.match(/[A-Za-z']+/g)?.length ?? 0
    people += text.match(PEOPLE)?.length ?? 0
    for (const [idiom] of text.matchAll(IDIOMS)) problems.push(`${path}: "${idiom}": say it in plain English`)
  }
  const rate = (1000 * people) / words
  if (rate > most) {
    problems.push(
      `${name}: ${rate.toFixed(1)} of 1,000 words are "who", "nobody", ...; at most ${most}: name the thing`,
    )
  }
  return { problems, summary: `${name} ${rate.toFixed(2)} of ${most}` }
}

const wide = files(['src', 'test', 'scripts', 'bench', 'examples'])
  .filter((path) => !path.endsWith('.md'))
  .flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        line.length > WIDTH && /^\s*(?:\/?\*|\/\/)/.test(line)
          ? [`${path}:${index + 1}: a comment of ${line.length} columns; at most ${WIDTH}`]
          : [],
      ),
  )
const checked = texts.map(checkWords)
conclude(
  [...checked.flatMap(({ problems }) => problems), ...wide],
  `people words: ${checked.map(({ summary }) => summary).join(', ')}; comments within ${WIDTH} columns`,
)
