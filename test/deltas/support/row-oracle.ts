import { type Column, columns, type Kind, type RowServer, type Shown, visible } from './row-world.ts'

/** A row as an accepted reading saw it, and what the server said of itself then. */
interface Seen {
  readonly values: Readonly<Partial<Record<Column, number>>>
  readonly since: number
  readonly server: string
  readonly processes: number
  readonly reset: number
}

/** The last accepted reading. */
interface Last {
  readonly server: string
  readonly columns: string
  readonly rows: ReadonlyMap<string, Seen>
}

/**
 * What two readings could see, by column, as a person would say it who has both tables in front of her; knows nothing of
 * baselines.
 */
export class RowOracle {
  readonly #kind: Kind
  #last: Last | undefined

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** An accepted reading: how much is to be shown of it. */
  accepted(server: RowServer, shown: Shown): Record<Column, number> {
    const sums = { calls: 0, rows: 0, time: 0 }
    const { name, processes, reset } = server
    const now = new Map(
      visible(server, shown).map(([id, { counters, since }]): [string, Seen] => [
        id,
        {
          values: Object.fromEntries(shown.columns.map((column) => [column, counters[column]])),
          since,
          server: name,
          processes,
          reset,
        },
      ]),
    )
    for (const [id, row] of now) {
      for (const column of shown.columns) {
        if (shown.place(id, column) !== undefined) sums[column] += this.#increase(id, row, column, shown.columns.join())
      }
    }
    // Where absence proves nothing, a row that isn't there is remembered as it was.
    const rows = this.#kind.inherits ? new Map([...(this.#last?.rows ?? []), ...now]) : now
    this.#last = { server: name, columns: shown.columns.join(), rows }
    return sums
  }

  #increase(id: string, now: Seen, column: Column, asked: string): number {
    const last = this.#last
    const value = now.values[column] ?? 0
    const before = last?.rows.get(id)
    if (before === undefined) {
      // Before a crash or after it: it wasn't there, so it began at zero.
      const isNew = last?.server === now.server && last.columns === asked && !this.#kind.inherits
      return isNew ? value : 0
    }
    if (before.server !== now.server) return 0
    if (before.processes !== now.processes) return value
    if (this.#kind.token === 'of each row' && before.since !== now.since) return value
    if (this.#kind.fallsWhenReset && columns.some((one) => fell(before, now, one))) return value
    const previous = before.values[column]
    if (previous === undefined) return 0
    if (value >= previous) return value - previous
    return this.#kind.token === 'of all' && before.reset !== now.reset ? value : 0
  }
}

function fell(before: Seen, now: Seen, column: Column): boolean {
  const [then, value] = [before.values[column], now.values[column]]
  return then !== undefined && value !== undefined && value < then
}
