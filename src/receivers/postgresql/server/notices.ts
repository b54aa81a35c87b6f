import type { Missing } from '../../../component/receiver.ts'
import type { Origin } from '../../../pdata/series-factory.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Discovery } from './discovery.ts'
import type { Omission } from './requirements.ts'

/** Logs what is missing or cut: each thing once. */
export class Notices {
  readonly #logger: Logger
  readonly #connectDatabase: string
  readonly #logged = new Set<string>()
  /** What was logged to be missing, and the metrics that are lost by it. */
  readonly #missing = new Map<string, Set<string>>()

  /** @param connectDatabase the database in which the server's own statistics are read */
  constructor(logger: Logger, connectDatabase: string) {
    this.#logger = logger
    this.#connectDatabase = connectDatabase
  }

  /** What isn't collected, by reason. That a version or role has no such thing is ordinary and isn't logged. */
  readonly omitted = (omissions: readonly Omission[], origin: Origin): void => {
    const name = origin === 'server' ? this.#connectDatabase : origin.name
    const sentenceOf = ({ reason, isLocal }: Omission) => (isLocal ? `${reason}, in the database "${name}"` : reason)
    const byReason = Map.groupBy(
      omissions.filter(({ ordinary }) => !ordinary),
      sentenceOf,
    )
    for (const [reason, group] of byReason) {
      const names = new Set(group.map(({ metric }) => metric))
      this.#miss(reason, names)
      const metrics = [...names].join(', ')
      this.#once(`${reason} ${metrics}`, () => this.#logger.warn(`Not collected: ${metrics}: ${reason}.`))
    }
  }

  readonly omittedByServer = (omissions: readonly Omission[]): void => this.omitted(omissions, 'server')

  readonly discovered = ({ missing }: Discovery): void => {
    for (const { name, reason } of missing) {
      const message = `The database "${name}" is not watched: ${reason}.`
      this.#miss(message)
      this.#once(message, () => this.#logger.warn(message))
    }
  }

  /** What works less well than it could, and how to mend it. */
  readonly degraded = (message: string): void => {
    this.#miss(message)
    this.#once(message, () => this.#logger.warn(message))
  }

  /** What is as the server's settings make it, which may be meant so. */
  readonly asConfigured = (message: string): void => {
    this.#once(message, () => this.#logger.info(message))
  }

  /** All that was logged to be missing so far, and could be had. */
  missing(): Missing[] {
    return [...this.#missing].map(([reason, metrics]) => ({ reason, metrics: [...metrics] }))
  }

  #miss(reason: string, metrics: Iterable<string> = []): void {
    const known = this.#missing.get(reason) ?? new Set()
    for (const metric of metrics) known.add(metric)
    this.#missing.set(reason, known)
  }

  #once(what: string, log: () => void): void {
    if (this.#logged.has(what)) return
    this.#logged.add(what)
    log()
  }
}
