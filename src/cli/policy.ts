/** The policy of a program, according to the command line. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { SERVICE } from '../base/service-name.js'
import { type AuditLog, auditLog } from '../guard/audit-log.js'
import { Policy } from '../guard/policy.js'
import { type Command, messageOf, UsageError } from './command.js'

/** @throws {UsageError} when a rule is not valid, or the file cannot be read */
export function readPolicy({ rules, policyFile }: Command): Policy {
  try {
    const flags = Policy.fromFlags(rules)
    const policy = policyFile === undefined ? flags : flags.with(Policy.parse(readText(policyFile)))
    const service = policy.rules.find(({ verdict, text }) => verdict === 'allow' && text.startsWith(SERVICE))
    if (service === undefined) return policy
    throw new UsageError(`Cannot grant ${service.text}: the command offers no services; leave the rule out`)
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

/** An audit log in a file. */
export interface AuditFile extends AuditLog {
  /** Writes what is left, and closes the file. */
  readonly close: () => void
}

/** @throws {UsageError} when the file cannot be opened */
export function openAudit({ auditFile, program }: Command): AuditFile | undefined {
  if (auditFile === undefined) return undefined
  const fd = openForAppending(auditFile)
  // At once, so that the file has everything even if the process is killed.
  const log = auditLog({ guest: program, write: (line) => writeSync(fd, line), now: Date.now })
  return {
    ...log,
    close() {
      log.flush()
      closeSync(fd)
    },
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`Cannot read the policy: ${messageOf(error)}; check the path of --policy`)
  }
}

function openForAppending(path: string): number {
  try {
    return openSync(path, 'a')
  } catch (error) {
    throw new UsageError(`Cannot write the audit log: ${messageOf(error)}; check the path of --audit`)
  }
}
