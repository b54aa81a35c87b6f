/** SQLSTATEs that this receiver acts on (PostgreSQL manual, appendix A). */
export const sqlState = {
  characterNotInRepertoire: '22021',
  untranslatableCharacter: '22P05',
  invalidPassword: '28P01',
  invalidAuthorization: '28000',
  insufficientPrivilege: '42501',
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  objectNotInPrerequisiteState: '55000',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  featureNotSupported: '0A000',
  invalidSqlStatementName: '26000',
  duplicatePreparedStatement: '42P05',
  protocolViolation: '08P01',
  connectionFailure: '08006',
} as const

/** Trying again soon is useless: the statement is denied or unsupported on this server. */
export const quarantining: ReadonlySet<string> = new Set([
  sqlState.insufficientPrivilege,
  sqlState.undefinedTable,
  sqlState.undefinedColumn,
  sqlState.undefinedFunction,
  sqlState.objectNotInPrerequisiteState,
])

/** Whether the server has ended the connection with it: shutdown, crash, an administrator, a time-out. */
export function endsSession(error: unknown): boolean {
  return /^(57P0\d|25P0[34])$/.test(errorCode(error) ?? '')
}

/** Whether a text is in no encoding, or in one that the database or the client can't show it in. */
export function isUndecodable(error: unknown): boolean {
  const code = errorCode(error)
  return code === sqlState.characterNotInRepertoire || code === sqlState.untranslatableCharacter
}

/**
 * Whether an error at connecting says that no database of the server can be reached: the network, a server that starts
 * or stops, a wrong password. Everything else (pg_hba.conf, CONNECT, a connection limit) may be about the one database.
 */
export function concernsServer(error: unknown): boolean {
  const code = errorCode(error) ?? ''
  // No class of SQLSTATEs begins with E; the network's names do.
  return !/^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) || /^(57P0\d|08...|28P01)$/.test(code)
}

/** The error's SQLSTATE, or its network error's code (ECONNREFUSED, ...), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if ('errors' in error && Array.isArray(error.errors)) return errorCode(error.errors[0])
  return 'cause' in error ? errorCode(error.cause) : undefined
}
