import type { Outcome } from '../guest/outcome.js'

/** How a plugin ended: like a guest, or as it was asked to. */
export type PluginOutcome =
  | Outcome
  /** It ended in time after it was asked to. */
  | { readonly kind: 'stopped' /** Its exit code; 143 if it does not handle SIGTERM. */; readonly code: number }
