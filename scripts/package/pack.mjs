/** `make pack`: packs the package and that of the SDK into build/pack, and prints their sizes. */
import { kilobytes, PACKED, pack } from '../lib/package.mjs'
import { packSdk } from '../lib/sdk-package.mjs'

const { tarball, size, files, unpacked, dependencies } = pack()
const brought = dependencies.map((one) => `${one.name} ${one.version} (${kilobytes(one.size)})`).join(', ')
console.log(tarball)
console.log(`  packed        ${kilobytes(size)}`)
console.log(`  unpacked      ${kilobytes(unpacked)}, ${files.length} files`)
console.log(`  dependencies  ${dependencies.length}: ${brought}`)

const sdk = packSdk(PACKED)
console.log(sdk.tarball)
console.log(`  packed        ${kilobytes(sdk.size)}`)
console.log(`  unpacked      ${kilobytes(sdk.unpacked)}, ${sdk.files.length} files`)
