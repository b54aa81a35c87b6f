import type { Clock } from '../../component/clock.ts'
import { errorMessage } from '../../telemetry/error-message.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Baseline, LastComplete } from './baseline.ts'
import { RequestQueue } from './request-queue.ts'
import { Salvage } from './salvage.ts'
import { SqliteBaselines } from './sqlite-baselines.ts'
import { sqliteResult } from './sqlite-error.ts'
import { checkedBytes, readContents } from './sqlite-store-contents.ts'
import { DamagedFileError, openStoreFile, type StoreFile, setAside, transaction } from './sqlite-store-file.ts'
import { describeRequest, type RequestAbout, rowChecksum } from './sqlite-store-rows.ts'
import type {
  DeliveryStore,
  NewRequest,
  QueueSize,
  SeriesBaseline,
  StoreDropReason,
  StoredRequest,
  StoreLimits,
  TakeOrder,
} from './store.ts'
import { StoreFailedError } from './store-failed-error.ts'

export interface SqliteStoreSettings extends StoreLimits {
  /** Of the file; its folder exists. */
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

interface Entry extends RequestAbout {
  readonly id: number
}

/**
 * A store in a file. A damaged file is set aside and a new one begun, with what can be read of the old one and what memory
 * knows; a disk that can't be written makes `put` throw until it can.
 */
export class SqliteStore implements DeliveryStore, Disposable {
  readonly survives = true
  readonly #settings: SqliteStoreSettings
  readonly #queue: RequestQueue<Entry>
  readonly #baselines = new SqliteBaselines()
  /** Taken requests by their ids, so that a new file can be given them. */
  readonly #taken = new Map<number, StoredRequest>()
  /** Requests that have ended and whose rows are still to be deleted. */
  readonly #ended = new Set<number>()
  /** Missing while no new one could be made in place of a damaged one. */
  #file: StoreFile | undefined
  /** Of the damaged file whose requests are still to be taken over. */
  #salvage: Salvage | undefined
  #nextId = 1
  #opened = false
  #failing = false
  #closed = false
  #dropped: (reason: StoreDropReason, points: number) => void = () => {}

  /** @throws FileInUseError; errors of the file system and of SQLite where the file can't be opened or made */
  constructor(settings: SqliteStoreSettings) {
    this.#settings = settings
    this.#queue = new RequestQueue(settings)
    this.#open()
  }

  /** How many series there is a baseline of. */
  get seriesCount(): number {
    return this.#baselines.count
  }

  onDropped(listener: (reason: StoreDropReason, points: number) => void): void {
    this.#dropped = listener
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#baselines.baseline(query, key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#baselines.lastComplete(query)
  }

  put(
    request: NewRequest | undefined,
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void {
    this.#expire()
    const inTheWay = request === undefined ? [] : this.#queue.inTheWayOf(request.bytes.byteLength)
    const added = request === undefined ? [] : [this.#numbered(request)]
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
    try {
      this.#write(() => {})
    } catch {
      // Told by #write. It has ended all the same, and its row goes with the next write that succeeds.
    }
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

  /** Brings all into the file proper and lets go of it. */
  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    const { path, logger } = this.#settings
    try {
      if (this.#file !== undefined && this.#ended.size > 0) transaction(this.#file, () => this.#deleteEnded())
      this.#file?.db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      logger.warn('The sending queue could not be tidied up; what is in it is safe.', {
        path,
        error: errorMessage(error),
      })
    }
    this.#letGo()
    this.#salvage?.[Symbol.dispose]()
  }

  #open(): void {
    const { path, logger } = this.#settings
    try {
      this.#file = openStoreFile(path)
      const contents = readContents(this.#file.db, (what) => {
        throw new DamagedFileError(what)
      })
      this.#baselines.load(contents)
      for (const [id, about] of contents.requests) this.#enqueue({ id, ...about })
      if (this.#file.wasBlank)
        logger.error('The file of the sending queue was empty; what was in it is lost.', { path })
    } catch (error) {
      if (!isDamage(error)) {
        this.#letGo()
        throw error
      }
      this.#beginAnew(error)
    }
    this.#opened = true
  }

  /** All that has to be written goes this way. */
  #write(work: (file: StoreFile) => void): void {
    const { path, logger } = this.#settings
    try {
      if (this.#closed) throw new Error('it is closed')
      const file = this.#file ?? this.#fill()
      transaction(file, () => {
        this.#deleteEnded()
        work(file)
      })
    } catch (error) {
      this.#failed(error)
      throw new StoreFailedError(path, error)
    }
    this.#ended.clear()
    if (this.#failing) logger.info('The sending queue can be written again.', { path })
    this.#failing = false
  }

  #deleteEnded(): void {
    for (const id of this.#ended) this.#file?.deleteRequest.run(id)
  }

  /** A taken request with its bytes. `unreadable` at present: it waits on. */
  #read(entry: Entry): StoredRequest | 'damaged' | 'unreadable' {
    const { path, logger } = this.#settings
    const { id, checksum: _, storedBytes: __, ...about } = entry
    if (this.#file === undefined) {
      this.#queue.release(id)
      return 'unreadable'
    }
    try {
      return { ...about, id, bytes: checkedBytes(this.#file.selectRequest.get(id), entry) }
    } catch (error) {
      if (error instanceof DamagedFileError) {
        logger.error('A request of the sending queue is damaged; its points are lost.', { path, points: entry.points })
        this.#queue.remove(id)
        this.#ended.add(id)
        this.#dropped('damaged', entry.points)
        return 'damaged'
      }
      this.#queue.release(id)
      this.#failed(error)
      return isDamage(error) ? 'damaged' : 'unreadable'
    }
  }

  #expire(): void {
    for (const entry of this.#queue.expired(this.#settings.clock.now())) {
      this.#ended.add(entry.id)
      this.#drop(entry, 'max_age')
    }
  }

  #drop(entry: Entry, reason: StoreDropReason): void {
    this.#queue.drop(entry)
    this.#dropped(reason, entry.points)
  }

  #failed(error: unknown): void {
    const { path, logger } = this.#settings
    if (isDamage(error)) {
      try {
        this.#beginAnew(error)
        return
      } catch (second) {
        error = second
      }
    }
    if (!this.#failing) {
      logger.warn('The sending queue can not be written. What comes is refused until it can; no increment is lost.', {
        ...{ path, error: errorMessage(error) },
      })
    }
    this.#failing = true
  }

  /** Sets the damaged file aside and goes on with a new one. */
  #beginAnew(cause: unknown): void {
    const { path, clock, logger } = this.#settings
    const atStart = !this.#opened
    this.#letGo()
    const aside = setAside(path, clock.now())
    logger.error('The file of the sending queue is damaged and was set aside; a new one begins.', {
      ...{ path, set_aside: aside, error: errorMessage(cause) },
    })
    this.#salvage?.[Symbol.dispose]()
    this.#salvage = new Salvage(aside)
    if (atStart) {
      // Without all of its baselines a complete result would prove that series didn't exist.
      this.#baselines.load({ ...this.#salvage.contents, completes: new Map() })
      for (const [id, about] of this.#salvage.contents.requests) this.#enqueue({ id, ...about })
    }
    try {
      this.#fill()
    } catch (error) {
      if (sqliteResult(error) !== 'full' || this.#opened) throw error
      // A collector that starts without its queue is better than one that doesn't start.
      this.#salvage = undefined
      this.#fill()
    }
  }

  /** Makes a file with all that memory knows, and those requests that the damaged one still has. */
  #fill(): StoreFile {
    const { path, logger } = this.#settings
    const file = openStoreFile(path)
    const lost: Entry[] = []
    try {
      transaction(file, () => {
        for (const entry of this.#queue.entries()) {
          const bytes = this.#taken.get(entry.id)?.bytes ?? this.#salvage?.bytesOf(entry.id)
          if (bytes === undefined) lost.push(entry)
          else insertRow(file, entry, bytes)
        }
        this.#baselines.writeAll(file)
      })
    } catch (error) {
      file.db.close()
      throw error
    }
    this.#baselines.committed([], new Map())
    this.#file = file
    this.#ended.clear()
    for (const entry of lost) this.#drop(entry, 'damaged')
    logger.error('What could be read of the damaged file was taken over; the rest may be lost.', {
      ...{ path, requests: this.#queue.size().requests, series: this.#baselines.count },
      ...{ lost_requests: lost.length, lost_points: lost.reduce((sum, { points }) => sum + points, 0) },
      unreadable: this.#salvage?.faults.slice(0, 3),
    })
    this.#salvage?.[Symbol.dispose]()
    this.#salvage = undefined
    return file
  }

  #letGo(): void {
    const file = this.#file
    this.#file = undefined
    try {
      file?.db.close()
    } catch {
      // SQLite writes the log back before it closes, which a damaged file may not allow; it is closed all the same.
    }
  }

  #numbered(request: NewRequest): StoredRequest {
    return { ...request, id: this.#nextId++ }
  }

  #enqueue(entry: Entry): void {
    this.#queue.add(entry)
    this.#nextId = Math.max(this.#nextId, entry.id + 1)
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || sqliteResult(error) === 'damage'
}

function entryOf({ id, ...request }: StoredRequest): Entry {
  return { id, ...describeRequest(request) }
}

function insert(file: StoreFile, request: StoredRequest): void {
  insertRow(file, entryOf(request), request.bytes)
}

function insertRow(file: StoreFile, { id, ...about }: Entry, bytes: Uint8Array): void {
  const json = JSON.stringify(about)
  file.insertRequest.run(id, json, rowChecksum(id, json), bytes)
}
