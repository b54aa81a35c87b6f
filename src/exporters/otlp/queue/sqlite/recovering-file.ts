import type { Clock } from '../../../../component/clock.ts'
import { errorMessage } from '../../../../telemetry/error-message.ts'
import type { Logger } from '../../../../telemetry/logger.ts'
import { StoreFailedError } from '../store-failed-error.ts'
import { FilePlace } from './file-place.ts'
import { OrphanedFile } from './orphaned-file.ts'
import type { Predecessor, Refilled } from './predecessor.ts'
import { Salvage } from './salvage.ts'
import { sqliteResult } from './sqlite-error.ts'
import { readContents, type StoreContents } from './store-contents.ts'
import { DamagedFileError, openStoreFile, type StoreFile, setAside, transaction } from './store-file.ts'
import type { RequestAbout } from './store-rows.ts'

/** How often the file is looked for, besides each time that something is written. */
const lookEveryMs = 1_000
/**
 * A new file that could not be filled is tried again after a pause of so many times as long as the filling took: the file may
 * have half a gigabyte.
 */
const pauseFactor = 10

export interface RecoveringFileSettings {
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Takes over what the file held at the start, or what could be read of it. */
  readonly load: (contents: StoreContents) => void
  /**
   * Writes all that is known to an empty file, in one transaction.
   * @param bytesOf a request's bytes in the file before, if they can be read
   * @returns to be called once that is safe; gives fields for the log
   */
  readonly refill: (
    file: StoreFile,
    bytesOf: (id: number, about: RequestAbout) => Uint8Array | undefined,
  ) => () => Refilled
}

/**
 * A store's file. If it is damaged, deleted or replaced a new one is filled; if it can't be written at present, it is tried
 * again.
 */
export class RecoveringFile implements Disposable {
  readonly #settings: RecoveringFileSettings
  /** Missing while no new one could be made in place of a damaged or lost one. */
  #file: StoreFile | undefined
  #place: FilePlace | undefined
  /** The file whose requests are still to be taken over. */
  #before: Predecessor | undefined
  readonly #looking: NodeJS.Timeout
  #failedFill: { readonly error: unknown; readonly untilMs: number } | undefined
  #opened = false
  #failing = false
  #closed = false

  /** @throws FileInUseError; errors of the file system and of SQLite where the file can't be opened or made */
  constructor(settings: RecoveringFileSettings) {
    this.#settings = settings
    try {
      this.#open()
    } catch (error) {
      this.#closeFile()
      throw error
    }
    this.#opened = true
    this.#looking = setInterval(() => this.#look(), lookEveryMs).unref()
  }

  /** Whether the file is gone and no other one holds what it held. */
  get isOrphaned(): boolean {
    return this.#before?.file !== undefined
  }

  /**
   * Runs the work in one transaction.
   * @throws StoreFailedError; nothing has been written then
   */
  write(work: (file: StoreFile) => void): void {
    const { path, logger } = this.#settings
    try {
      if (this.#closed) throw new Error('it is closed')
      this.#noticeChange()
      const file = this.#file ?? this.#fill()
      transaction(file, () => work(file))
    } catch (error) {
      this.failed(error)
      throw new StoreFailedError(path, error)
    }
    if (this.#failing) logger.info('The sending queue can be written again.', { path })
    this.#failing = false
  }

  /** `undefined` where there is no file at present. Throws what the work throws. */
  read<T>(work: (file: StoreFile) => T): T | undefined {
    const file = this.#file ?? this.#before?.file
    return file === undefined ? undefined : work(file)
  }

  /** To be called with an error of SQLite's; true where a new file has taken over. */
  failed(error: unknown): boolean {
    const { path, logger } = this.#settings
    let reason = error
    this.#noticeChange()
    // A file that is no longer in its place is only read, until a new one has taken over.
    if (isDamage(error) && !this.isOrphaned) {
      try {
        this.#beginAnew(error)
        return true
      } catch (second) {
        reason = second
      }
    }
    if (!this.#failing && !this.#closed) {
      const fields = { path, error: errorMessage(reason) }
      logger.warn(
        'The sending queue can not be used. What comes is refused until it can; no increment is lost.',
        fields,
      )
    }
    this.#failing = true
    return false
  }

  /** Brings all of the log into the file and closes it. */
  [Symbol.dispose](): void {
    if (this.#closed) return
    clearInterval(this.#looking)
    this.#look()
    this.#closed = true
    const { path, logger } = this.#settings
    try {
      this.#file?.db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      const fields = { path, error: errorMessage(error) }
      logger.warn('The sending queue could not be tidied up; what is in it is safe.', fields)
    }
    this.#closeFile()
    this.#before?.[Symbol.dispose]()
  }

  #look(): void {
    try {
      this.#noticeChange()
      if (this.isOrphaned) this.#fill()
    } catch (error) {
      this.failed(error)
    }
  }

  /** A file that was deleted or replaced goes on being read; nothing more is written to it. */
  #noticeChange(): void {
    const { path, logger, clock } = this.#settings
    const change = this.#place?.change()
    if (this.#file === undefined || this.#place === undefined || change === undefined) return
    const fields = { path, found: change }
    logger.error('The file of the sending queue is not what it was; a new one takes over what it held.', fields)
    this.#before = new OrphanedFile(this.#file, this.#place, { path, logger, nowMs: () => clock.now() })
    this.#file = undefined
    this.#place = undefined
  }

  #open(): void {
    const { path, logger, load } = this.#settings
    try {
      this.#file = openStoreFile(path)
      this.#place = new FilePlace(path)
      load(
        readContents(this.#file.db, (what) => {
          throw new DamagedFileError(what)
        }),
      )
      if (this.#file.isBehind) {
        const lost = 'requests since, whose increments come again; what was delivered since arrives twice'
        const fields = { path, lost }
        logger.error('What was written last to the sending queue is damaged; it goes on from before that.', fields)
      }
      if (this.#file.wasBlank)
        logger.error('The file of the sending queue was empty; what was in it is lost.', { path })
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#beginAnew(error)
    }
  }

  /** Sets the damaged file aside and goes on with a new one. */
  #beginAnew(cause: unknown): void {
    const { path, clock, logger, load } = this.#settings
    this.#closeFile()
    const aside = setAside(path, clock.now())
    const fields = { path, set_aside: aside, error: errorMessage(cause) }
    logger.error('The file of the sending queue is damaged and was set aside; a new one begins.', fields)
    this.#before?.[Symbol.dispose]()
    const salvage = new Salvage({ aside, path, logger })
    this.#before = salvage
    // Without all of its baselines a complete result would prove that series didn't exist.
    if (!this.#opened) load({ ...salvage.contents, completes: new Map() })
    try {
      this.#fill()
    } catch (error) {
      if (sqliteResult(error) !== 'full' || this.#opened) throw error
      // A collector that starts without its queue is better than one that doesn't start.
      salvage[Symbol.dispose]()
      this.#failedFill = undefined
      this.#fill()
    }
  }

  #fill(): StoreFile {
    const { path, clock, refill } = this.#settings
    const before = this.#before
    const startedMs = clock.now()
    if (this.#failedFill !== undefined && startedMs < this.#failedFill.untilMs) throw this.#failedFill.error
    const file = before?.openSuccessor() ?? openStoreFile(path)
    let committed: ReturnType<typeof refill>
    try {
      committed = transaction(file, () => refill(file, (id, about) => before?.bytesOf(id, about)))
    } catch (error) {
      file.db.close()
      before?.discardSuccessor()
      const endedMs = clock.now()
      this.#failedFill = { error, untilMs: endedMs + pauseFactor * (endedMs - startedMs) }
      throw error
    }
    this.#failedFill = undefined
    this.#file = file
    this.#place = new FilePlace(path)
    const refilled = committed()
    before?.takenOver(refilled)
    before?.[Symbol.dispose]()
    this.#before = undefined
    return file
  }

  #closeFile(): void {
    const file = this.#file
    this.#file = undefined
    this.#place = undefined
    try {
      file?.db.close()
    } catch {
      // SQLite writes the log into the file before it closes it. That fails where the file is damaged; it is closed then too.
    }
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || sqliteResult(error) === 'damage'
}
