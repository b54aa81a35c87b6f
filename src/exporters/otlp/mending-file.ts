import type { Clock } from '../../component/clock.ts'
import { errorMessage } from '../../telemetry/error-message.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { Salvage } from './salvage.ts'
import { sqliteResult } from './sqlite-error.ts'
import { readContents, type StoreContents } from './sqlite-store-contents.ts'
import { DamagedFileError, openStoreFile, type StoreFile, setAside, transaction } from './sqlite-store-file.ts'
import { StoreFailedError } from './store-failed-error.ts'

export interface MendingFileSettings {
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Takes over what the file held at the start, or what could be read of it. */
  readonly load: (contents: StoreContents) => void
  /**
   * Writes all that is known to an empty file, in one transaction.
   * @param bytesOf a request's bytes in the damaged file, if they can be read
   * @returns to be called once that is safe; gives fields for the log
   */
  readonly refill: (
    file: StoreFile,
    bytesOf: (id: number) => Uint8Array | undefined,
  ) => () => Readonly<Record<string, number>>
}

/** A store's file. If it is damaged it is set aside and a new one filled; if it can't be written at present, it is tried again. */
export class MendingFile implements Disposable {
  readonly #settings: MendingFileSettings
  /** Missing while no new one could be made in place of a damaged one. */
  #file: StoreFile | undefined
  /** Of the damaged file whose requests are still to be taken over. */
  #salvage: Salvage | undefined
  #opened = false
  #failing = false
  #closed = false

  /** @throws FileInUseError; errors of the file system and of SQLite where the file can't be opened or made */
  constructor(settings: MendingFileSettings) {
    this.#settings = settings
    try {
      this.#open()
    } catch (error) {
      this.#letGo()
      throw error
    }
    this.#opened = true
  }

  /**
   * Runs the work in one transaction.
   * @throws StoreFailedError; nothing has been written then
   */
  write(work: (file: StoreFile) => void): void {
    const { path, logger } = this.#settings
    try {
      if (this.#closed) throw new Error('it is closed')
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
    return this.#file === undefined ? undefined : work(this.#file)
  }

  /** Deals with an error of SQLite's; true where it has been mended. */
  failed(error: unknown): boolean {
    const { path, logger } = this.#settings
    let reason = error
    if (isDamage(error)) {
      try {
        this.#beginAnew(error)
        return true
      } catch (second) {
        reason = second
      }
    }
    if (!this.#failing && !this.#closed) {
      logger.warn('The sending queue can not be used. What comes is refused until it can; no increment is lost.', {
        ...{ path, error: errorMessage(reason) },
      })
    }
    this.#failing = true
    return false
  }

  /** Brings all into the file proper and lets go of it. */
  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    const { path, logger } = this.#settings
    try {
      this.#file?.db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      logger.warn('The sending queue could not be tidied up; what is in it is safe.', {
        ...{ path, error: errorMessage(error) },
      })
    }
    this.#letGo()
    this.#salvage?.[Symbol.dispose]()
  }

  #open(): void {
    const { path, logger, load } = this.#settings
    try {
      this.#file = openStoreFile(path)
      load(
        readContents(this.#file.db, (what) => {
          throw new DamagedFileError(what)
        }),
      )
      if (this.#file.isBehind) {
        logger.error('What was written last to the sending queue is damaged; it goes on from before that.', {
          ...{ path, lost: 'requests since, whose increments come again; what was delivered since arrives twice' },
        })
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
    this.#letGo()
    const aside = setAside(path, clock.now())
    logger.error('The file of the sending queue is damaged and was set aside; a new one begins.', {
      ...{ path, set_aside: aside, error: errorMessage(cause) },
    })
    this.#salvage?.[Symbol.dispose]()
    this.#salvage = new Salvage(aside)
    // Without all of its baselines a complete result would prove that series didn't exist.
    if (!this.#opened) load({ ...this.#salvage.contents, completes: new Map() })
    try {
      this.#fill()
    } catch (error) {
      if (sqliteResult(error) !== 'full' || this.#opened) throw error
      // A collector that starts without its queue is better than one that doesn't start.
      this.#salvage[Symbol.dispose]()
      this.#salvage = undefined
      this.#fill()
    }
  }

  #fill(): StoreFile {
    const { path, logger, refill } = this.#settings
    const file = openStoreFile(path)
    let committed: ReturnType<typeof refill> = () => ({})
    try {
      transaction(file, () => {
        committed = refill(file, (id) => this.#salvage?.bytesOf(id))
      })
    } catch (error) {
      file.db.close()
      throw error
    }
    this.#file = file
    logger.error('What could be read of the damaged file was taken over; the rest may be lost.', {
      ...{ path, ...committed(), unreadable: this.#salvage?.faults.slice(0, 3) },
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
}

function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || sqliteResult(error) === 'damage'
}
