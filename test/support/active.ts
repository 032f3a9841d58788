/** What keeps the process alive, as the runtime tells it. */

/** Not those of a test itself: its turns of the event loop, and what it says to other threads. */
const OWN = /^(Immediate|MessagePort)$/

/** Handles, requests and timers that keep this process alive, by kind; empty where the runtime does not say. */
export const activeResources = (): readonly string[] => {
  const { getActiveResourcesInfo }: { getActiveResourcesInfo?: () => string[] } = process
  return (getActiveResourcesInfo?.() ?? []).filter((kind) => !OWN.test(kind)).sort()
}

/** Those that there are now and were not `before`. */
export const activeSince = (before: readonly string[]): readonly string[] => {
  const known = [...before]
  return activeResources().filter((kind) => {
    const index = known.indexOf(kind)
    if (index >= 0) known.splice(index, 1)
    return index < 0
  })
}
