/**
 * The signals that can be sent to a guest, with the numbers of its C library, which are those of Linux on most
 * machines.
 */
const NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const

/** The name of a signal, such as `SIGTERM`. */
export type SignalName = keyof typeof NUMBERS

/** The signals by name. */
export const SIGNALS: Readonly<Record<SignalName, number>> = NUMBERS

/** What arrives in place of the signal of a timer that has expired: the guest knows which timer has which signal. */
export const TIMER_EXPIRED = 32

/** A set of signals: bit n - 1 for signal n. */
export type SignalSet = number

/** The set of these signals. */
export function signalSet(...names: readonly SignalName[]): SignalSet {
  return names.reduce((set, name) => set | bitOf(SIGNALS[name]), 0)
}

/** The names of the signals in a set. */
export function signalNames(set: SignalSet): SignalName[] {
  const all = Object.keys(NUMBERS).filter((name): name is SignalName => name in NUMBERS)
  return all.filter((name) => (set & bitOf(SIGNALS[name])) !== 0)
}

/** The name of a signal. @param signal - 1 to 31 */
export function signalName(signal: number): SignalName {
  const [name = 'SIGKILL'] = signalNames(bitOf(signal))
  return name
}

/** The bit of a signal in a set. */
export function bitOf(signal: number): SignalSet {
  return 1 << (signal - 1)
}
