import type { Connection } from '../connection/connection.ts'
import type { Connector } from '../connection/connector.ts'
import { QueryError } from '../connection/query-error.ts'
import { isUndecodable, sqlState } from '../connection/sqlstate.ts'
import type { DatabaseList } from '../server/database-list.ts'
import type { Database } from '../server/discovery.ts'
import type { StatementKey } from './statement-key.ts'
import { decodedText } from './text-encodings.ts'
import { joinParts, textsParameters, textsQuery } from './texts-query.ts'

/** The server says NULL when it has lost the file of texts. */
export type FoundText = readonly [key: StatementKey, text: string | null]

export interface TextSourceSettings {
  readonly connector: Pick<Connector, 'connect'>
  /** Those that may be connected to. */
  readonly databases: Pick<DatabaseList, 'last'>
  /** Called with what the user should mend; logs each thing once. */
  readonly degraded: (message: string) => void
  /** Called with what is so by configuration; logs each thing once. */
  readonly asConfigured: (message: string) => void
}

interface EncodedDatabase extends Database {
  readonly encoding: string
}

/** So many databases are tried for one that can read all texts, and so many are named. */
const triedDatabases = 3
const namedDatabases = 5

const encodingsSql = `SELECT /* otelephant encodings */ d.oid, d.datname, pg_encoding_to_char(d.encoding), getdatabaseencoding()
  FROM pg_database AS d ORDER BY d.oid`
const schemaSql = `SELECT /* otelephant statement_texts */ quote_ident(n.nspname) FROM pg_extension AS e
  JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`

/**
 * Where the texts of statements are read. The extension converts every text to the encoding of the database it is asked in,
 * before SQL sees a row: one that can't be converted ends the reading of all. A database with encoding SQL_ASCII takes any.
 */
export class TextSource {
  readonly #settings: TextSourceSettings
  /** Through which all texts could be read last, where the connection's own database can't. */
  #detour: EncodedDatabase | undefined

  constructor(settings: TextSourceSettings) {
    this.#settings = settings
  }

  /**
   * @param schema of pg_stat_statements, quoted
   * @returns `undefined` where one text keeps all others from being read
   * @throws QueryError when the texts can't be read for another reason
   */
  async read(
    keys: readonly StatementKey[],
    schema: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<readonly FoundText[] | undefined> {
    const known = this.#detour
    this.#detour = undefined
    if (known !== undefined) {
      const found = await this.#through(known, keys, signal)
      if (found !== undefined) return found
    }
    try {
      const query = textsQuery(schema, 'text')
      return joinParts(await connection.query('statement_texts', query, textsParameters(keys), signal))
    } catch (error) {
      if (!isObstructed(error)) throw error
      return this.#otherwise(keys, schema, connection, signal)
    }
  }

  async #otherwise(
    keys: readonly StatementKey[],
    schema: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<readonly FoundText[] | undefined> {
    const { databases: known, degraded, asConfigured } = this.#settings
    const { own, databases } = await encodingsOf(connection, signal)
    const allowed = new Set(known.last?.monitored.map(({ oid }) => oid))
    const takesAll = ({ encoding }: EncodedDatabase) =>
      encoding === 'SQL_ASCII' || (encoding === 'UTF8' && own !== 'UTF8')
    const candidates = databases.filter((database) => allowed.has(database.oid) && takesAll(database))
    // A database with encoding SQL_ASCII also takes texts that are in no encoding.
    candidates.sort((a, b) => Number(a.encoding === 'UTF8') - Number(b.encoding === 'UTF8'))
    for (const database of candidates.slice(0, triedDatabases)) {
      const found = await this.#through(database, keys, signal)
      if (found === undefined) continue
      asConfigured(
        `Texts of statements are read through the database "${database.name}", as one of them can't be converted to ${own}.`,
      )
      return found
    }
    degraded(warningOf(own, databases, schema))
    return undefined
  }

  /** @returns `undefined` where it doesn't work, for whatever reason */
  async #through(
    database: EncodedDatabase,
    keys: readonly StatementKey[],
    signal: AbortSignal,
  ): Promise<readonly FoundText[] | undefined> {
    try {
      const connection = await this.#settings.connector.connect(database.name, signal)
      try {
        const found = await readBytes(connection, database, keys, signal)
        if (found !== undefined) this.#detour = database
        return found
      } finally {
        await connection.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof QueryError) return undefined
      throw error
    }
  }
}

/** @returns `undefined` where the extension isn't there */
async function readBytes(
  connection: Connection,
  { encoding }: EncodedDatabase,
  keys: readonly StatementKey[],
  signal: AbortSignal,
): Promise<readonly FoundText[] | undefined> {
  const [schema] = (await connection.query('statement_texts', schemaSql, [], signal))[0] ?? []
  if (schema === undefined || schema === null) return undefined
  const { databases } = await encodingsOf(connection, signal)
  // A database with an encoding of its own has converted what isn't in it.
  const encodingIn = new Map(
    databases.map(({ oid, encoding: its }) => [oid, encoding === 'SQL_ASCII' ? its : encoding]),
  )
  const rows = await connection.query('statement_texts', textsQuery(schema, 'hex'), textsParameters(keys), signal)
  return joinParts(rows).map(([key, hex]) => [
    key,
    hex === null ? null : decodedText(Buffer.from(hex, 'hex'), encodingIn.get(key.databaseId) ?? 'UTF8'),
  ])
}

async function encodingsOf(connection: Connection, signal: AbortSignal) {
  const rows = await connection.query('encodings', encodingsSql, [], signal)
  const databases = rows.map(
    ([oid, name, encoding]): EncodedDatabase => ({ oid: oid ?? '', name: name ?? '', encoding: encoding ?? '' }),
  )
  return { own: rows[0]?.[3] ?? '', databases }
}

/** Whether a text can't be converted to the database's encoding, or to that encoding nothing can be from the text's own. */
function isObstructed(error: unknown): boolean {
  return isUndecodable(error) || (error instanceof QueryError && error.code === sqlState.undefinedFunction)
}

function warningOf(own: string, databases: readonly EncodedDatabase[], schema: string): string {
  const others = databases.filter(({ encoding }) => encoding !== own)
  const named = others.slice(0, namedDatabases).map(({ oid, name, encoding }) => `"${name}" (${encoding}, oid ${oid})`)
  const more = others.length > namedDatabases ? ' and others' : ''
  return [
    `New statements are shown without name: pg_stat_statements holds a text that can't be converted to ${own}, the encoding of`,
    `connect_database. It is of ${named.join(', ')}${more}. To mend it: SELECT ${schema}.pg_stat_statements_reset(0, OID, 0)`,
    'takes out the statements of a database, ALTER DATABASE NAME SET pg_stat_statements.track = none keeps more from coming; or',
    'CREATE EXTENSION pg_stat_statements in a monitored database with encoding SQL_ASCII, through which all texts can be read.',
  ].join(' ')
}
