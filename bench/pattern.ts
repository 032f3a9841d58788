/** The MiB that a source sends repeatedly, and that the load generator verifies (`native/load.c`). */
export function pattern(): Uint8Array {
  return Uint8Array.from({ length: 1024 * 1024 }, (_, index) => Math.imul(index % 65_521, 2_654_435_761) >>> 13)
}
