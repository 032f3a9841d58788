/** Reads function prototypes from a C header and from a TypeScript interface, in the same form. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** @typedef {{ params: { name: string, type: string }[], result: string }} Prototype */

/**
 * The prototypes after a macro: the key of `MACRO(name) type f(...);` is `name`, that of `MACRO type f(...);` is `f`.
 *
 * @param {string} path
 * @param {string} macro
 * @returns {Map<string, Prototype>}
 */
export const headerPrototypes = (path, macro) => {
  const code = readFileSync(path, 'utf8')
    .replace(/\/\*.*?\*\//gs, ' ')
    .replace(/^[ \t]*#(?:.*\\\n)*.*$/gm, '')
  const form = new RegExp(
    `\\b${macro}\\b(?:\\s*\\((\\w+)\\))?\\s*([\\w\\s*]*?[\\s*])(\\w+)\\s*\\(([^()]*)\\)\\s*(?:__attribute__\\s*\\(\\(\\w+\\)\\)\\s*)?;`,
    'g',
  )
  const prototypes = new Map(
    [...code.matchAll(form)].map(([, alias, result = '', name = '', params = '']) => [
      alias ?? name,
      { result: cType(result), params: cParameters(params) },
    ]),
  )
  // A prototype that the expression does not match must not be skipped silently.
  const uses = [...code.matchAll(new RegExp(`\\b${macro}\\b`, 'g'))].length
  if (uses !== prototypes.size)
    throw new Error(`${path}: ${macro} stands ${uses} times, ${prototypes.size} prototypes were read`)
  return prototypes
}

/** @param {string} text */
const cType = (text) =>
  text
    .replace(/\b(?:const|extern|struct)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ \*/g, '*')
    .trim()

/**
 * @param {string} text
 * @returns {Prototype['params']}
 */
const cParameters = (text) => {
  if (text.trim() === 'void' || text.trim() === '') return []
  return text.split(',').map((parameter) => {
    const [, type = '', name = '', array] = parameter.match(/^(.*?[\s*])(\w+)\s*(\[\d*\])?\s*$/s) ?? []
    return { name, type: cType(array === undefined ? type : `${type}*`) }
  })
}

/**
 * The members of an interface; a member that is not a method has the result `property`.
 *
 * @param {string} path
 * @param {string} name
 * @returns {Map<string, Prototype>}
 */
export const interfacePrototypes = (path, name) => {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = file.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)
  if (found === undefined || !ts.isInterfaceDeclaration(found))
    throw new Error(`${path}: there is no interface ${name}`)
  return new Map(
    found.members.map((member) => [
      member.name?.getText() ?? '',
      ts.isMethodSignature(member)
        ? {
            result: member.type?.getText() ?? 'any',
            params: member.parameters.map((one) => ({ name: one.name.getText(), type: one.type?.getText() ?? 'any' })),
          }
        : { result: 'property', params: [] },
    ]),
  )
}
