import type { Clock } from '../../../component/clock.ts'
import type { Connection } from '../connection/connection.ts'
import { Denials } from './denials.ts'
import type { Grants, GrantsReader } from './grants.ts'
import { malformed } from './malformed.ts'
import { marked } from './own-statements.ts'
import { parseState, type ReportedState, stateText, stateValues } from './server-state.ts'

/** What the first statements of every tick and visit say: whether this is still the same server in the same state. */
export interface ServerState extends ReportedState {
  readonly versionNumber: number
  /** `0` where it can't be read. */
  readonly databaseOid: string
  /** Whether the role sees what other roles' sessions do (pg_read_all_stats). */
  readonly readsAllStats: boolean
  readonly grants: Grants
  /** Changes with anything that queries are composed from: version, role, extensions, preloaded libraries, grants. */
  readonly capabilityEpoch: string
}

/** Reads the state over one connection, as often as it is called. Throws QueryError. */
export type ReadState = (signal: AbortSignal) => Promise<ServerState>

export function stateReader(connection: Connection, reader: GrantsReader, clock: Clock): ReadState {
  const { versionNumber } = connection
  /** Doesn't change while the connection lasts. */
  let databaseOid: string | undefined
  return async (signal) => {
    if (!Number.isSafeInteger(versionNumber) || versionNumber <= 0)
      throw malformed('connection', 'its version is no number')
    const grants = await reader.read(connection, signal)
    databaseOid ??= await readDatabaseOid(connection, grants.denials, signal)
    const asked = stateValues(versionNumber, grants.denials)
    const sentMs = clock.now()
    const rows = await connection.query('server state', stateText(asked), [], signal)
    const state = parseState(asked, rows, (sentMs + clock.now()) / 2)
    const { role, postmasterStart, epoch } = state
    return {
      ...state,
      versionNumber,
      databaseOid,
      grants,
      readsAllStats: grants.roles?.has('pg_read_all_stats') === true,
      capabilityEpoch: [versionNumber, role, epoch.server, databaseOid, postmasterStart, grants.digest].join('/'),
    }
  }
}

/** The first of them that isn't denied. The function reads no relation, which somebody may have locked. */
const databaseOidTexts = [
  'SELECT a.datid FROM pg_stat_get_activity(pg_backend_pid()) AS a',
  'SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()',
] as const

async function readDatabaseOid(connection: Connection, denials: Denials, signal: AbortSignal): Promise<string> {
  const text = databaseOidTexts.find((each) => denials.findIn(each) === undefined)
  if (text === undefined) return '0'
  const [row, ...others] = await connection.query('database oid', marked('database oid', text), [], signal)
  const oid = row?.[0]
  if (others.length > 0 || row?.length !== 1 || typeof oid !== 'string' || !/^[1-9]\d*$/.test(oid)) {
    throw malformed('database oid', 'expected one oid')
  }
  return oid
}

/** Stands for a server whose state couldn't be read yet. */
export const unknownState: ServerState = {
  versionNumber: 0,
  role: 'unknown',
  epoch: { server: '', witnesses: [] },
  userName: '',
  offsetMs: 0,
  postmasterStart: '',
  databaseOid: '0',
  readsAllStats: false,
  grants: { roles: undefined, denials: Denials.none, digest: '' },
  capabilityEpoch: '',
}

/** What a run needs to know of the moment. */
export interface RunContext {
  readonly connection: Connection
  readonly serverState: ServerState
  /** The oids of the monitored databases. */
  readonly databases: readonly string[]
  /** The oids of the excluded databases, joined: when one of them is monitored later, it isn't new. */
  readonly excluded: string
}
