import { type Column, columns, type FoldServer, type Kind, type Shown, visible } from './fold-world.ts'

interface Seen {
  readonly values: Readonly<Partial<Record<Column, number>>>
  readonly since: number
}

/** What an accepted reading saw. */
interface Snapshot {
  readonly server: string
  readonly processes: number
  readonly reset: number
  readonly columns: string
  readonly rows: ReadonlyMap<string, Seen>
}

/**
 * What two readings could see, by column, said in the words of a person who has both tables in front of her; knows
 * nothing of baselines.
 */
export class FoldOracle {
  readonly #kind: Kind
  #last: Snapshot | undefined

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** An accepted reading: how much is to be shown of it. */
  accepted(server: FoldServer, shown: Shown): Record<Column, number> {
    const sums = { calls: 0, rows: 0, time: 0 }
    const now = this.#snapshot(server, shown)
    const last = this.#last
    if (last !== undefined && last.server === now.server) {
      for (const [id, row] of now.rows) {
        for (const column of shown.columns) {
          if (shown.place(id, column) !== undefined) sums[column] += this.#increase(last, now, id, row, column)
        }
      }
    }
    // Where absence proves nothing, a row that isn't there is remembered as it was.
    const rows = this.#kind.inherits ? new Map([...(last?.rows ?? []), ...now.rows]) : now.rows
    this.#last = { ...now, rows }
    return sums
  }

  #increase(last: Snapshot, now: Snapshot, id: string, row: Seen, column: Column): number {
    const value = row.values[column] ?? 0
    const before = last.rows.get(id)
    const crashed = last.processes !== now.processes
    if (before === undefined) {
      const wasAbsent = last.columns === now.columns && !this.#kind.inherits && !crashed
      return wasAbsent ? value : 0
    }
    if (crashed) return value
    if (this.#kind.token === 'of each row' && before.since !== row.since) return value
    if (this.#kind.fallsWhenReset && columns.some((one) => fell(before, row, one))) return value
    const previous = before.values[column]
    if (previous === undefined) return 0
    if (value >= previous) return value - previous
    return this.#kind.token === 'of all' && last.reset !== now.reset ? value : 0
  }

  #snapshot(server: FoldServer, shown: Shown): Snapshot {
    const rows = visible(server, shown).map(([id, { counters, since }]): [string, Seen] => [
      id,
      { values: Object.fromEntries(shown.columns.map((column) => [column, counters[column]])), since },
    ])
    return {
      server: server.name,
      processes: server.processes,
      reset: server.reset,
      columns: shown.columns.join(),
      rows: new Map(rows),
    }
  }
}

function fell(before: Seen, now: Seen, column: Column): boolean {
  const [then, value] = [before.values[column], now.values[column]]
  return then !== undefined && value !== undefined && value < then
}
