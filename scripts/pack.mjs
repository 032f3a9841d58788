/** `make pack`: packs the package into build/pack, and prints its size. */
import { kilobytes, pack } from './lib/package.mjs'

const { tarball, size, files, unpacked, dependencies } = pack()
const brought = dependencies.map((one) => `${one.name} ${one.version} (${kilobytes(one.size)})`).join(', ')
console.log(tarball)
console.log(`  packed        ${kilobytes(size)}`)
console.log(`  unpacked      ${kilobytes(unpacked)}, ${files.length} files`)
console.log(`  dependencies  ${dependencies.length}: ${brought}`)
