import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { sqliteResult } from './sqlite-error.ts'
import { hasUnappliedTransactions } from './unapplied-wal.ts'

/** "otlp": other databases have another one. */
const applicationId = 0x6f746c70
const schemaVersion = 1
/** Of one page; no database is smaller. */
const leastBytes = 4_096
/** How long another process may take to release the file, e.g. the one that this one replaces. */
const lockTimeoutMs = 1_000
/** A file of at most so many bytes is checked as a whole when it is opened; of a larger one all but the requests are. */
const checkedBytes = 64 * 1_024 * 1_024

/*
 * Each row has a checksum of its own: SQLite has none for its pages, and a flipped bit in a number would be a spike.
 * `about`, `json`: see store-rows.ts; `record`: see baseline-record.ts. auto_vacuum lets the file shrink again.
 */
const schema = `
BEGIN IMMEDIATE;
CREATE TABLE request (id INTEGER PRIMARY KEY, about TEXT NOT NULL, checksum INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE series (id INTEGER PRIMARY KEY, query TEXT NOT NULL, key TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE baseline (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE complete (query TEXT PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE epoch (id INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE token (id INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL);
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
COMMIT;
`

/** Comes first: a database that is locked before it is read needs no shared memory, for which a full disk has no room. */
const lock = 'PRAGMA locking_mode = exclusive'
/** Comes before there is a page: later these would have to be written, for which a full disk has no room. */
const shape = `PRAGMA page_size = ${leastBytes}; PRAGMA auto_vacuum = incremental`
const settings = 'PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA journal_size_limit = 16777216'

/** Thrown where a file isn't what a store wrote. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError'
}

/** Thrown where another process, or another store of this one, has the file. */
export class FileInUseError extends Error {
  override readonly name = 'FileInUseError'
}

/** An open database of a store, locked for this process, and the statements that it runs. */
export interface StoreFile {
  readonly db: DatabaseSync
  /** There was a file, but it was empty. */
  readonly wasBlank: boolean
  /** The last transactions are damaged; the file is as it was before them. */
  readonly isBehind: boolean
  readonly insertRequest: StatementSync
  readonly selectRequest: StatementSync
  readonly deleteRequest: StatementSync
  readonly insertSeries: StatementSync
  readonly deleteSeries: StatementSync
  readonly putBaseline: StatementSync
  readonly deleteBaseline: StatementSync
  readonly putComplete: StatementSync
  readonly deleteComplete: StatementSync
  readonly insertEpoch: StatementSync
  readonly deleteEpoch: StatementSync
  readonly insertToken: StatementSync
  readonly deleteToken: StatementSync
}

/**
 * Opens a store's file, or makes one.
 * @throws FileInUseError; DamagedFileError; SQLite's errors, which may mean damage too (see sqlite-error.ts)
 */
export function openStoreFile(path: string): StoreFile {
  const isNew = !existsSync(path)
  // SQLite would make a new file readable for everybody. For an existing one this shows whether it can be written.
  closeSync(openSync(path, 'a', 0o600))
  const { size } = statSync(path)
  // SQLite would take it for an empty one, and overwrite it.
  if (size > 0 && size < leastBytes) throw new DamagedFileError(`the file ends after ${size} bytes`)
  const db = new DatabaseSync(path, { timeout: lockTimeoutMs })
  try {
    db.exec(lock)
    if (size === 0) db.exec(shape)
    db.exec(settings)
    // Takes the lock, and shows whether the header allows writing. It works on a full disk too.
    db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${schemaVersion}; ROLLBACK`)
    const isBehind = hasUnappliedTransactions(db, path)
    // A crash before the tables were made leaves such a file.
    const isBlank = readPragma(db, 'application_id') === 0 && isWithoutTables(db)
    if (isBlank) db.exec(schema)
    else check(db)
    return { wasBlank: isBlank && !isNew, isBehind, ...prepare(db) }
  } catch (error) {
    db.close()
    switch (sqliteResult(error)) {
      case 'busy':
        throw new FileInUseError(`${path} is in use`, { cause: error })
      case 'read_only':
        // The file was opened for writing above, so this comes from its header.
        throw new DamagedFileError('the header says that it is of another version of SQLite', { cause: error })
      default:
        throw error
    }
  }
}

/** A name that no file has: this one's, with why and since when it is not in use any more. */
export function freeName(path: string, why: 'damaged' | 'moved' | 'replaced', nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const names = Array.from({ length: 100 }, (_, index) => `${path}.${why}-${time}${index === 0 ? '' : `-${index}`}`)
  return names.find((name) => !existsSync(name)) ?? `${path}.${why}`
}

/** @returns the new name of a damaged file, which it gets together with its write-ahead log */
export function setAside(path: string, nowMs: number): string {
  const aside = freeName(path, 'damaged', nowMs)
  renameSync(path, aside)
  for (const suffix of ['-wal', '-journal']) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`)
  }
  return aside
}

/** Runs the work in one transaction: all of it or nothing. */
export function transaction<T>({ db }: StoreFile, work: () => T): T {
  // After an error of the disk the transaction before may still be open.
  if (db.isTransaction) db.exec('ROLLBACK')
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) rollBack(db, error)
    throw error
  }
}

function rollBack(db: DatabaseSync, error: unknown): void {
  try {
    db.exec('ROLLBACK')
  } catch (second) {
    throw new SuppressedError(second, error, 'neither the transaction nor its end could be written')
  }
}

function check(db: DatabaseSync): void {
  if (readPragma(db, 'application_id') !== applicationId)
    throw new DamagedFileError('the file is not of a sending queue')
  const version = readPragma(db, 'user_version')
  if (version !== schemaVersion) throw new DamagedFileError(`the file has version ${version} and not ${schemaVersion}`)
  const small = readPragma(db, 'page_count') * readPragma(db, 'page_size') <= checkedBytes
  for (const table of small ? [''] : ["('series')", "('baseline')", "('complete')", "('epoch')", "('token')"]) {
    const result = db.prepare(`PRAGMA quick_check${small ? '(1)' : table}`).get()?.['quick_check']
    if (result !== 'ok') throw new DamagedFileError(`the database is damaged: ${String(result)}`)
  }
}

function isWithoutTables(db: DatabaseSync): boolean {
  return db.prepare('SELECT name FROM sqlite_schema').get() === undefined
}

function readPragma(db: DatabaseSync, name: string): number {
  const value = db.prepare(`PRAGMA ${name}`).get()?.[name]
  return typeof value === 'number' ? value : 0
}

function prepare(db: DatabaseSync): Omit<StoreFile, 'wasBlank' | 'isBehind'> {
  return {
    db,
    insertRequest: db.prepare('INSERT INTO request (id, about, checksum, bytes) VALUES (?, ?, ?, ?)'),
    selectRequest: db.prepare('SELECT bytes FROM request WHERE id = ?'),
    deleteRequest: db.prepare('DELETE FROM request WHERE id = ?'),
    insertSeries: db.prepare('INSERT INTO series (id, query, key, checksum) VALUES (?, ?, ?, ?)'),
    deleteSeries: db.prepare('DELETE FROM series WHERE id = ?'),
    putBaseline: db.prepare('REPLACE INTO baseline (id, record) VALUES (?, ?)'),
    deleteBaseline: db.prepare('DELETE FROM baseline WHERE id = ?'),
    putComplete: db.prepare('REPLACE INTO complete (query, json, checksum) VALUES (?, ?, ?)'),
    deleteComplete: db.prepare('DELETE FROM complete WHERE query = ?'),
    insertEpoch: db.prepare('INSERT INTO epoch (id, json, checksum) VALUES (?, ?, ?)'),
    deleteEpoch: db.prepare('DELETE FROM epoch WHERE id = ?'),
    insertToken: db.prepare('INSERT INTO token (id, json, checksum) VALUES (?, ?, ?)'),
    deleteToken: db.prepare('DELETE FROM token WHERE id = ?'),
  }
}
