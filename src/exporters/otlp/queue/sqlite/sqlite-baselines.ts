import type { Baseline, LastComplete, SeriesBaseline } from '../../../../deltas/baseline.ts'
import { BaselineCache } from '../../../../deltas/baseline-cache.ts'
import type { ResetToken, StatisticsEpoch } from '../../../../pdata/reading.ts'
import { BaselineEncoder } from './baseline-record.ts'
import { HashedKeys } from './hashed-keys.ts'
import { IdTable } from './id-table.ts'
import type { StoreContents } from './store-contents.ts'
import type { StoreFile } from './store-file.ts'
import { epochIdentity, rowChecksum, tokenIdentity } from './store-rows.ts'

type Put = readonly [baselines: readonly SeriesBaseline[], completes: ReadonlyMap<string, LastComplete>]

/** So many epochs and tokens there may be before the unused ones are deleted. */
const sweepAtLeastAtCount = 2_000
/** How many keys that aren't hashed, as older versions wrote them, one transaction replaces. */
const plainKeysAtOnce = 5_000

/**
 * The baselines of a file and their copy in memory, from which they are read. `write` goes first, within a transaction;
 * `committed` follows with the same arguments when the transaction is safe. Without it nothing has changed.
 */
export class SqliteBaselines {
  #cache = new BaselineCache()
  #epochs = new IdTable<StatisticsEpoch>(epochIdentity)
  #tokens = new IdTable<ResetToken>(tokenIdentity)
  readonly #encoder = new BaselineEncoder()
  readonly #keys = new HashedKeys()
  /** Series whose keys in the file aren't hashed. */
  #plain: { readonly id: number; readonly query: string; readonly key: string }[] = []
  #nextId = 1
  /** Numbers of the series that were written last, in their order. */
  #writtenIds: number[] = []
  /** Rows to be deleted by the next write. Without one they are found again when the file is opened. */
  #gone = nothingGone()
  #sweepAtCount = sweepAtLeastAtCount

  get count(): number {
    return this.#cache.count
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#cache.baseline(query, key) ?? this.#recognized(query, key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#cache.lastComplete(query)
  }

  load({ epochs, tokens, series, completes }: StoreContents): void {
    for (const [id, epoch] of epochs) this.#epochs.load(id, epoch)
    for (const [id, token] of tokens) this.#tokens.load(id, token)
    for (const { id, key, baseline } of series) {
      this.#cache.set(key, baseline, id)
      if (!this.#keys.load(key)) this.#plain.push({ id, query: baseline.query, key })
      this.#nextId = Math.max(this.#nextId, id + 1)
    }
    this.#forget(completes)
    this.#sweepIds()
  }

  write(file: StoreFile, ...[baselines, completes]: Put): void {
    this.#deleteGone(file)
    this.#replacePlainKeys(file)
    this.#writtenIds = []
    const fresh = new Map<string, number>()
    for (const { key, baseline } of baselines) {
      this.#recognized(baseline.query, key)
      const id = this.#cache.idOf(baseline.query, key) ?? this.#freshId(file, key, baseline, fresh)
      this.#writtenIds.push(id)
      this.#writeBaseline(file, id, baseline)
    }
    this.#writeShared(file, completes)
  }

  committed(...[baselines, completes]: Put): void {
    this.#epochs.written()
    this.#tokens.written()
    this.#gone = nothingGone()
    this.#plain.splice(0, plainKeysAtOnce)
    for (const [index, { key, baseline }] of baselines.entries()) {
      this.#cache.set(key, baseline, this.#writtenIds[index] ?? 0)
    }
    this.#forget(completes)
    if (this.#epochs.count + this.#tokens.count > this.#sweepAtCount) this.#sweepIds()
  }

  /** Writes all that memory knows to an empty file; `committed` with nothing goes with it. */
  writeAll(file: StoreFile): void {
    this.#epochs = new IdTable(epochIdentity)
    this.#tokens = new IdTable(tokenIdentity)
    for (const { key, baseline } of this.#cache.entries()) {
      this.#insertSeries(file, baseline.id, key, baseline)
      this.#writeBaseline(file, baseline.id, baseline)
    }
    this.#plain = []
    this.#writeShared(file, this.#cache.completes)
  }

  #forget(completes: ReadonlyMap<string, LastComplete>): void {
    const { ids, queries } = this.#cache.complete(completes)
    for (const id of ids) this.#gone.series.push(id)
    this.#gone.queries.push(...queries)
  }

  #freshId(file: StoreFile, key: string, baseline: Baseline, fresh: Map<string, number>): number {
    const name = `${baseline.query}\0${key}`
    const known = fresh.get(name)
    if (known !== undefined) return known
    const id = this.#nextId++
    fresh.set(name, id)
    this.#insertSeries(file, id, key, baseline)
    return id
  }

  /** A series that the file knows by the hash of its key is known by the key from then on. */
  #recognized(query: string, key: string): Baseline | undefined {
    if (this.#cache.idOf(query, key) !== undefined) return undefined
    for (const stored of this.#keys.candidates(key)) {
      const baseline = this.#cache.rename(query, stored, key)
      if (baseline !== undefined) return baseline
    }
    return undefined
  }

  #replacePlainKeys(file: StoreFile): void {
    for (const { id, query, key } of this.#plain.slice(0, plainKeysAtOnce)) {
      // The series was forgotten since: its row is deleted, or will be with the next write.
      if (this.#cache.idOf(query, key) !== id) continue
      file.deleteSeries.run(id)
      this.#insertSeries(file, id, key, { query })
    }
  }

  #insertSeries(file: StoreFile, id: number, key: string, { query }: Pick<Baseline, 'query'>): void {
    const stored = this.#keys.stored(key)
    file.insertSeries.run(id, query, stored, rowChecksum(id, `${query}\0${stored}`))
  }

  #writeBaseline(file: StoreFile, id: number, baseline: Baseline): void {
    const tokenId = baseline.token === undefined ? 0 : this.#tokens.idOf(baseline.token)
    file.putBaseline.run(id, this.#encoder.encode(id, baseline, this.#epochs.idOf(baseline.epoch), tokenId))
  }

  #writeShared(file: StoreFile, completes: ReadonlyMap<string, LastComplete>): void {
    for (const [id, epoch] of this.#epochs.unwritten) file.insertEpoch.run(...jsonRow(id, epoch))
    for (const [id, token] of this.#tokens.unwritten) file.insertToken.run(...jsonRow(id, token))
    for (const [query, complete] of completes) file.putComplete.run(...jsonRow(query, complete))
  }

  #deleteGone(file: StoreFile): void {
    const { series, queries, epochs, tokens } = this.#gone
    for (const id of series) {
      file.deleteSeries.run(id)
      file.deleteBaseline.run(id)
    }
    for (const query of queries) file.deleteComplete.run(query)
    for (const id of epochs) file.deleteEpoch.run(id)
    for (const id of tokens) file.deleteToken.run(id)
  }

  #sweepIds(): void {
    const epochs = new Set<number>()
    const tokens = new Set<number>()
    for (const { baseline } of this.#cache.entries()) {
      epochs.add(this.#epochs.idOf(baseline.epoch))
      if (baseline.token !== undefined) tokens.add(this.#tokens.idOf(baseline.token))
    }
    this.#gone.epochs.push(...this.#epochs.retain(epochs))
    this.#gone.tokens.push(...this.#tokens.retain(tokens))
    this.#sweepAtCount = Math.max(sweepAtLeastAtCount, 2 * (epochs.size + tokens.size))
  }
}

function nothingGone(): Record<'series' | 'epochs' | 'tokens', number[]> & { readonly queries: string[] } {
  return { series: [], queries: [], epochs: [], tokens: [] }
}

function jsonRow<Key extends string | number>(key: Key, value: unknown): [Key, string, number] {
  const json = JSON.stringify(value)
  return [key, json, rowChecksum(key, json)]
}
