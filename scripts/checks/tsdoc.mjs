/**
 * Checks the doc comments of src/. Every exported symbol and every method of an exported class must have one; in the
 * public API, every property too. Every `{@link X}` must resolve.
 */
import { relative } from 'node:path'
import ts from 'typescript'
import { exported } from '../lib/entries.mjs'
import { conclude } from '../lib/report.mjs'

const config = ts.getParsedCommandLineOfConfigFile(
  'tsconfig.build.json',
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
    },
  },
)
if (config === undefined) throw new Error('tsconfig.build.json cannot be read')
const program = ts.createProgram(config.fileNames, config.options)
const checker = program.getTypeChecker()

const sources = program.getSourceFiles().filter((file) => !file.isDeclarationFile)

/**
 * The declarations that a file exports. Re-exports are checked where they are declared.
 *
 * @param {ts.SourceFile} file
 * @returns {ts.Declaration[]}
 */
const exportsOf = (file) => {
  const module = checker.getSymbolAtLocation(file)
  const symbols = module === undefined ? [] : checker.getExportsOfModule(module)
  return symbols.flatMap(({ declarations = [] }) => {
    const own = declarations.find((one) => one.getSourceFile() === file && !ts.isExportSpecifier(one))
    return own === undefined ? [] : [own]
  })
}

/** The symbols that users of the package can import. */
const shown = new Set(
  exported
    .flatMap(({ module: path }) => {
      const file = program.getSourceFile(`src/${path}.ts`)
      const module = file && checker.getSymbolAtLocation(file)
      return module === undefined ? [] : checker.getExportsOfModule(module)
    })
    .flatMap(
      (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).declarations ?? [],
    ),
)

/** Every exported name: a comment may refer to a symbol that its own file does not import. */
const names = new Set(sources.flatMap(exportsOf).map((declaration) => ts.getNameOfDeclaration(declaration)?.getText()))

/** @type {string[]} */
const problems = []
let count = 0

/**
 * @param {ts.Node} node
 * @param {string} message
 */
const complain = (node, message) => {
  const file = node.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
  problems.push(`${relative('.', file.fileName)}:${line + 1}: ${message}`)
}

/** @param {ts.Node} node */
const documented = (node) =>
  ts.getJSDocCommentsAndTags(node).some((doc) => ts.isJSDoc(doc) && (doc.comment ?? doc.tags) !== undefined)

/**
 * Whether a member needs a doc comment: public members do, unless a base already has the comment. Constructors are
 * documented with their class, setters with their getter, overloads with the first signature. Members named by one of
 * our symbols are internal, and a member with a literal type documents itself.
 *
 * @param {ts.ClassElement | ts.TypeElement} member
 * @returns {boolean}
 */
const needsWords = (member) => {
  if (ts.isConstructorDeclaration(member) || ts.isIndexSignatureDeclaration(member)) return false
  if (ts.isClassStaticBlockDeclaration(member) || ts.isSemicolonClassElement(member)) return false
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false
  if (member.name !== undefined && ts.isComputedPropertyName(member.name) && !/^\[Symbol\./.test(member.name.getText()))
    return false
  if (ts.isPropertySignature(member) && member.type !== undefined && ts.isLiteralTypeNode(member.type)) return false
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Override
  return (ts.getCombinedModifierFlags(member) & hidden) === 0 && !inherited(member)
}

/**
 * Whether an interface that the class implements, or a base, already declares the member.
 *
 * @param {ts.ClassElement | ts.TypeElement} member
 * @returns {boolean}
 */
const inherited = (member) => {
  const owner = member.parent
  if (!ts.isClassDeclaration(owner) && !ts.isInterfaceDeclaration(owner)) return false
  const name = member.name?.getText()
  if (name === undefined) return false
  const bases = (owner.heritageClauses ?? []).flatMap((clause) =>
    clause.types.map((type) => checker.getTypeAtLocation(type)),
  )
  return bases.some((base) => base.getProperty(name) !== undefined)
}

/**
 * @param {string} owner
 * @param {readonly (ts.ClassElement | ts.TypeElement)[]} members
 */
const checkMembers = (owner, members) => {
  const told = new Set()
  for (const member of members) {
    const name = member.name?.getText() ?? 'call'
    if (told.has(name) || !needsWords(member)) continue
    told.add(name)
    count += 1
    if (!documented(member)) complain(member, `${owner}.${name} has no doc comment`)
  }
}

/** @param {ts.ClassElement} member */
const isMethod = (member) => ts.isMethodDeclaration(member) || ts.isAccessor(member)

/** @param {ts.Declaration} declaration */
const checkDeclaration = (declaration) => {
  const symbol = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const name = ts.getNameOfDeclaration(declaration)?.getText() ?? 'a nameless export'
  count += 1
  if (!documented(symbol)) complain(declaration, `${name} is exported and has no doc comment`)
  const isShown = shown.has(declaration)
  if (ts.isClassDeclaration(declaration))
    checkMembers(
      name,
      declaration.members.filter((one) => isShown || isMethod(one)),
    )
  if (!isShown) return
  if (ts.isInterfaceDeclaration(declaration)) checkMembers(name, declaration.members)
  if (ts.isTypeAliasDeclaration(declaration) && ts.isTypeLiteralNode(declaration.type)) {
    checkMembers(name, declaration.type.members)
  }
}

/**
 * Whether a link resolves: to a URL, to a symbol in scope, or to an export of another file.
 *
 * @param {ts.EntityName | ts.JSDocMemberName} name
 * @param {string} text - what follows the name
 */
const leads = (name, text) =>
  text.startsWith('://') ||
  checker.getSymbolAtLocation(name) !== undefined ||
  names.has(name.getText().split(/[.#]/)[0])

/** @param {ts.Node} node */
const checkLinks = (node) => {
  for (const doc of ts.getJSDocCommentsAndTags(node)) {
    const parts = typeof doc.comment === 'string' ? [] : (doc.comment ?? [])
    for (const part of parts) {
      if (!ts.isJSDocLink(part) || part.name === undefined) continue
      if (!leads(part.name, part.text)) complain(part, `{@link ${part.name.getText()}} names nothing`)
    }
  }
  ts.forEachChild(node, checkLinks)
}

for (const file of sources) {
  for (const declaration of exportsOf(file)) checkDeclaration(declaration)
  checkLinks(file)
}
conclude(problems, `${count} exported symbols and members are told`)
