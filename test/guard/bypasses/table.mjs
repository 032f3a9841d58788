/** Rows of the table of ways around a policy, and how they are written. */

/**
 * A way around a policy, and its outcomes.
 *
 * @typedef {object} Row
 * @property {string} words - what the program tries; the program with the rows says what its words mean
 * @property {string} none - the outcome without any grant
 * @property {Readonly<Record<string, string>>} by - other outcomes, by the only rule that is granted
 */

/**
 * @param {string} words
 * @param {string} none
 * @param {Readonly<Record<string, string>>} by
 * @returns {Row}
 */
export const row = (words, none, by = {}) => ({ words, none, by })

/** Ways with the same outcomes. @param {readonly string[]} all @param {string} none @param {Row['by']} by */
export const rows = (all, none, by = {}) => all.map((words) => row(words, none, by))

/** Bytes as the programs read them, in hexadecimal. @param {readonly (number | string)[]} parts @returns {string} */
export const hex = (...parts) =>
  parts.map((part) => (typeof part === 'string' ? part : part.toString(16).padStart(2, '0'))).join('')
