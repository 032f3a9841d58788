/** The resources that keep the process alive, as the runtime reports them. */

/** The resources of a test itself: its turns of the event loop, and its messages to other threads. */
const OWN = /^(Immediate|MessagePort)$/

/** Handles, requests and timers that keep this process alive, by kind; empty if the runtime does not report them. */
export const activeResources = (): readonly string[] => {
  const { getActiveResourcesInfo }: { getActiveResourcesInfo?: () => string[] } = process
  return (getActiveResourcesInfo?.() ?? []).filter((kind) => !OWN.test(kind)).sort()
}

/** The resources that were not there `before`. */
export const activeSince = (before: readonly string[]): readonly string[] => {
  const known = [...before]
  return activeResources().filter((kind) => {
    const index = known.indexOf(kind)
    if (index >= 0) known.splice(index, 1)
    return index < 0
  })
}
