import type { Missing } from '../../../component/receiver.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Database, Discovery } from './discovery.ts'
import type { Omission } from './requirements.ts'

/** Tells the user of what is missing or cut: each thing once. */
export class Notices {
  readonly #logger: Logger
  readonly #connectDatabase: string
  readonly #told = new Set<string>()
  /** What was told to be missing: the metrics that aren't there for it. */
  readonly #missing = new Map<string, Set<string>>()

  /** @param connectDatabase the database in which the server's own statistics are read */
  constructor(logger: Logger, connectDatabase: string) {
    this.#logger = logger
    this.#connectDatabase = connectDatabase
  }

  /** What isn't collected, by reason; another version or role is nobody's fault and isn't told. */
  readonly omitted = (omissions: readonly Omission[], database: Database): void => {
    const name = database.name === '' ? this.#connectDatabase : database.name
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

  readonly omittedByServer = (omissions: readonly Omission[]): void => this.omitted(omissions, { oid: '', name: '' })

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

  /** What the server leaves out by its settings, as it may well be meant to. */
  readonly noted = (message: string): void => {
    this.#once(message, () => this.#logger.info(message))
  }

  /** All that was told to be missing so far, and could be had. */
  missing(): Missing[] {
    return [...this.#missing].map(([reason, metrics]) => ({ reason, metrics: [...metrics] }))
  }

  #miss(reason: string, metrics: Iterable<string> = []): void {
    const known = this.#missing.get(reason) ?? new Set()
    for (const metric of metrics) known.add(metric)
    this.#missing.set(reason, known)
  }

  #once(what: string, tell: () => void): void {
    if (this.#told.has(what)) return
    this.#told.add(what)
    tell()
  }
}
