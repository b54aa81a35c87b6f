import type { Violation } from './violation.ts'

const hourNs = 3_600_000_000_000n
const oldestNs = 48n * hourNs
const newestNs = 24n * hourNs

/** What is too old or too far ahead to be taken in. */
export function* checkAge(owner: string, startNs: bigint, endNs: bigint, nowNs: bigint): Generator<Violation> {
  const ageNs = nowNs - startNs
  const aheadNs = endNs - nowNs
  if (ageNs > oldestNs) yield { rule: 'time_too_old', detail: `${owner}: ${ageNs / hourNs} h old` }
  if (aheadNs > newestNs) yield { rule: 'time_too_new', detail: `${owner}: ${aheadNs / hourNs} h ahead` }
}
