/** https://sqlite.org/rescode.html: primary result codes that say nothing against the file. */
const notTheFile: ReadonlyMap<number, SqliteTrouble> = new Map([
  [3, 'environment'], // SQLITE_PERM
  [5, 'busy'],
  [6, 'busy'], // SQLITE_LOCKED
  [7, 'environment'], // SQLITE_NOMEM
  [8, 'read_only'],
  [10, 'environment'], // SQLITE_IOERR
  [13, 'full'],
  [14, 'environment'], // SQLITE_CANTOPEN
])
/** SQLITE_IOERR_SHORT_READ: the file ends too early. */
const shortRead = 522

/** `damage`: the file isn't what SQLite expects. `environment`: it can't be reached, read or written at present. */
export type SqliteTrouble = 'busy' | 'full' | 'read_only' | 'environment' | 'damage'

/** What SQLite's error means; `undefined` where it is none of SQLite's. */
export function sqliteResult(error: unknown): SqliteTrouble | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  if (error.errcode === shortRead) return 'damage'
  return notTheFile.get(error.errcode & 0xff) ?? 'damage'
}
