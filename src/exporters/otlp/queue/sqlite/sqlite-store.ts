import type { Clock } from '../../../../component/clock.ts'
import type { Baseline, LastComplete, SeriesBaseline } from '../../../../deltas/baseline.ts'
import type { Logger } from '../../../../telemetry/logger.ts'
import type {
  DeliveryStore,
  DropListener,
  NewRequest,
  QueueSize,
  StoreDropReason,
  StoredRequest,
  StoreLimits,
  TakeOrder,
} from '../delivery-store.ts'
import { bytesOf, RequestQueue } from '../request-queue.ts'
import type { Refilled } from './predecessor.ts'
import { RecoveringFile } from './recovering-file.ts'
import { type Entry, entryOf, insert, insertRow } from './request-entry.ts'
import { SqliteBaselines } from './sqlite-baselines.ts'
import { checkedBytes, type StoreContents } from './store-contents.ts'
import { DamagedFileError, type StoreFile } from './store-file.ts'
import type { RequestAbout } from './store-rows.ts'

export interface SqliteStoreSettings extends StoreLimits {
  /** Of the file; its folder exists. */
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

/** A store in a file. All but the requests' bytes is in memory too, where baselines are read. */
export class SqliteStore implements DeliveryStore {
  readonly survives = true
  readonly #clock: Pick<Clock, 'now'>
  readonly #path: string
  readonly #logger: Logger
  readonly #queue: RequestQueue<Entry>
  readonly #baselines = new SqliteBaselines()
  /** Taken requests by their ids, so that a new file can be given them. */
  readonly #taken = new Map<number, StoredRequest>()
  /** Requests that have ended and whose rows are still to be deleted. */
  readonly #ended = new Set<number>()
  readonly #file: RecoveringFile
  #nextId = 1
  #dropped: DropListener = () => {}

  /** @throws FileInUseError; errors of the file system and of SQLite where the file can't be opened or made */
  constructor(settings: SqliteStoreSettings) {
    const { path, clock, logger } = settings
    this.#clock = clock
    this.#path = path
    this.#logger = logger
    this.#queue = new RequestQueue(settings)
    this.#file = new RecoveringFile({
      path,
      clock,
      logger,
      load: (contents) => this.#load(contents),
      refill: (file, bytesOf) => this.#refill(file, bytesOf),
    })
  }

  /** How many series there is a baseline of. */
  get seriesCount(): number {
    return this.#baselines.count
  }

  onDropped(listener: DropListener): void {
    this.#dropped = listener
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#baselines.baseline(query, key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#baselines.lastComplete(query)
  }

  put(
    requests: readonly NewRequest[],
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void {
    this.#expire()
    const inTheWay = this.#queue.inTheWayOf(bytesOf(requests))
    const added = requests.map((request) => this.#numbered(request))
    this.#write((file) => {
      for (const { id } of inTheWay) file.deleteRequest.run(id)
      for (const one of added) insert(file, one)
      this.#baselines.write(file, baselines, completes)
    })
    this.#baselines.committed(baselines, completes)
    for (const entry of inTheWay) this.#drop(entry, 'queue_full')
    for (const one of added) this.#queue.add(entryOf(one))
  }

  take(which: TakeOrder = 'newest'): StoredRequest | undefined {
    this.#expire()
    for (let entry = this.#queue.take(which); entry !== undefined; entry = this.#queue.take(which)) {
      const request = this.#read(entry)
      if (request === 'unreadable') return undefined
      if (request === 'damaged') continue
      this.#taken.set(request.id, request)
      return request
    }
    return undefined
  }

  release({ id }: StoredRequest): void {
    this.#taken.delete(id)
    this.#queue.release(id)
  }

  remove({ id }: StoredRequest): void {
    this.#taken.delete(id)
    if (!this.#queue.remove(id)) return
    this.#ended.add(id)
    this.#tryWrite()
  }

  replace({ id }: StoredRequest, pieces: readonly NewRequest[]): readonly StoredRequest[] {
    if (!this.#taken.has(id)) return []
    const added = pieces.map((piece) => this.#numbered(piece))
    this.#write((file) => {
      file.deleteRequest.run(id)
      for (const one of added) insert(file, one)
    })
    this.#taken.delete(id)
    this.#queue.remove(id)
    for (const one of added) {
      this.#queue.add(entryOf(one))
      this.#queue.claim(one.id)
      this.#taken.set(one.id, one)
    }
    return added
  }

  size(): QueueSize {
    return this.#queue.size()
  }

  oldestMs(): number | undefined {
    return this.#queue.oldestMs()
  }

  [Symbol.dispose](): void {
    if (this.#ended.size > 0) this.#tryWrite()
    this.#file[Symbol.dispose]()
    if (this.#file.isOrphaned) this.#loseAll()
  }

  #load(contents: StoreContents): void {
    this.#baselines.load(contents)
    for (const [id, about] of contents.requests) {
      this.#queue.add({ id, ...about })
      this.#nextId = Math.max(this.#nextId, id + 1)
    }
  }

  #refill(file: StoreFile, bytesOf: (id: number, about: RequestAbout) => Uint8Array | undefined): () => Refilled {
    const lost: Entry[] = []
    for (const entry of this.#queue.entries()) {
      const bytes = this.#taken.get(entry.id)?.bytes ?? bytesOf(entry.id, entry)
      if (bytes === undefined) lost.push(entry)
      else insertRow(file, entry, bytes)
    }
    this.#baselines.writeAll(file)
    return () => {
      this.#baselines.committed([], new Map())
      this.#ended.clear()
      for (const entry of lost) this.#drop(entry, 'damaged')
      return {
        requests: this.#queue.size().requests,
        series: this.#baselines.count,
        lost_requests: lost.length,
        lost_points: lost.reduce((sum, { points }) => sum + points, 0),
      }
    }
  }

  /** Everything is written by this, so that the rows of ended requests go with it. */
  #write(work: (file: StoreFile) => void): void {
    this.#file.write((file) => {
      for (const id of this.#ended) file.deleteRequest.run(id)
      work(file)
    })
    this.#ended.clear()
  }

  /** Deletes the rows of what has ended, now or with the next write that succeeds. */
  #tryWrite(): void {
    try {
      this.#write(() => {})
    } catch {
      // It was logged where it failed. The requests have ended, and the next write deletes their rows.
    }
  }

  /** A taken request with its bytes. `unreadable`: not at present, so it goes on waiting. */
  #read(entry: Entry): StoredRequest | 'damaged' | 'unreadable' {
    const { id, checksum: _, storedBytes: __, ...about } = entry
    try {
      const bytes = this.#file.read((file) => checkedBytes(file.selectRequest.get(id), entry))
      if (bytes !== undefined) return { ...about, id, bytes }
    } catch (error) {
      if (error instanceof DamagedFileError) {
        const fields = { path: this.#path, points: entry.points }
        this.#logger.error('A request of the sending queue is damaged; its points are lost.', fields)
        this.#queue.remove(id)
        this.#ended.add(id)
        this.#dropped('damaged', entry.points, entry.signal)
        return 'damaged'
      }
      this.#queue.release(id)
      return this.#file.failed(error) ? 'damaged' : 'unreadable'
    }
    this.#queue.release(id)
    return 'unreadable'
  }

  #loseAll(): void {
    const { requests, points } = this.#queue.size()
    const fields = { path: this.#path, requests, points, series: this.#baselines.count }
    this.#logger.error('The sending queue has no file any more, and none could be made: what waited is lost.', fields)
    for (const entry of this.#queue.entries()) this.#drop(entry, 'damaged')
  }

  #expire(): void {
    for (const entry of this.#queue.expired(this.#clock.now())) {
      this.#ended.add(entry.id)
      this.#drop(entry, 'max_age')
    }
  }

  #drop(entry: Entry, reason: StoreDropReason): void {
    this.#queue.drop(entry)
    this.#dropped(reason, entry.points, entry.signal)
  }

  #numbered(request: NewRequest): StoredRequest {
    return { ...request, id: this.#nextId++ }
  }
}
