import type { Clock } from '../../component/clock.ts'
import type { ResetToken, StatisticsEpoch } from '../../pdata/reading.ts'
import { parseTimestamp } from './decode.ts'
import type { Session } from './session.ts'

/** What the first statement of every tick and visit says: whether this is still the same server in the same state. */
export interface Observation {
  readonly versionNumber: number
  readonly role: 'primary' | 'standby'
  readonly epoch: StatisticsEpoch
  readonly databaseOid: string
  readonly userName: string
  /** Whether the role sees what other roles' sessions do (pg_read_all_stats). */
  readonly readsAllStats: boolean
  /** Server time less collector time, milliseconds. */
  readonly offsetMs: number
  /** When the postmaster started, the server's text. */
  readonly postmasterStart: string
  /** Changes with anything that a plan is composed from: version, role, extensions, preloaded libraries, grants. */
  readonly capabilityEpoch: string
}

/** Observes over one session, as often as it is called. */
export type Observe = (signal: AbortSignal) => Promise<Observation>

/** Finds out once what this role may ask on this session: a denied function would fail every observation. */
export async function observer(session: Session, clock: Clock, signal: AbortSignal): Promise<Observe> {
  const [row] = await session.query('observe', mayIdentifyText, [], signal)
  const text = observationText(session.versionNumber, row?.[0] === 't')
  return async (signal) => {
    const sentMs = clock.now()
    const [row = []] = await session.query('observe', text, [], signal)
    return observation(row, session.versionNumber, (sentMs + clock.now()) / 2)
  }
}

/** A reset token from the server's text. */
export function resetToken(text: string | null, offsetMs: number, exact: boolean): ResetToken {
  const serverMs = text === null ? undefined : parseTimestamp(text)
  return { text: text ?? '', timeMs: serverMs === undefined ? undefined : serverMs - offsetMs, exact }
}

const mayIdentifyText =
  "SELECT /* otelephant observe */ has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE')"

/** Views whose reset timestamps a crash sets to one and the same moment. */
function witnessViews(versionNumber: number): string[] {
  return ['pg_stat_bgwriter', 'pg_stat_archiver', ...(versionNumber >= 140000 ? ['pg_stat_wal'] : [])]
}

/** @param mayIdentify false where pg_control_system is denied: then the reset timestamps alone tell servers apart */
function observationText(versionNumber: number, mayIdentify: boolean): string {
  return `SELECT /* otelephant observe */ pg_is_in_recovery(), current_user, extract(epoch FROM clock_timestamp()),
    (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()),
    pg_postmaster_start_time(),
    (SELECT md5(string_agg(concat_ws(' ', e.extname, e.extversion, n.nspname, has_schema_privilege(n.oid, 'USAGE')),
      ',' ORDER BY e.extname))
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace),
    (SELECT string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_roles AS r
      WHERE r.rolname LIKE 'pg\\_%' AND pg_has_role(current_user, r.oid, 'USAGE')),
    ${mayIdentify ? '(SELECT s.system_identifier FROM pg_control_system() AS s)' : "''"},
    (SELECT max(a.backend_start) FROM pg_stat_activity AS a WHERE a.backend_type = 'checkpointer'),
    ${witnessViews(versionNumber)
      .map((view) => `(SELECT v.stats_reset FROM ${view} AS v)`)
      .join(', ')}`
}

function observation(row: readonly (string | null)[], versionNumber: number, atMs: number): Observation {
  const [recovery, userName, serverSeconds, databaseOid, postmasterStart, extensions, roles, system, ...epochs] = row
  const [checkpointer = null, ...resets] = epochs
  const offsetMs = Number(serverSeconds) * 1_000 - atMs
  const role = recovery === 't' ? 'standby' : 'primary'
  return {
    versionNumber,
    role,
    databaseOid: databaseOid ?? '',
    userName: userName ?? '',
    readsAllStats: (roles ?? '').split(',').includes('pg_read_all_stats'),
    offsetMs,
    postmasterStart: postmasterStart ?? '',
    capabilityEpoch: [versionNumber, role, system, databaseOid, extensions, postmasterStart, roles].join('/'),
    epoch: {
      server: system ?? '',
      witnesses: resets.map((text) => resetToken(text, offsetMs, true)),
      // Only pg_read_all_stats sees it.
      ...(checkpointer === null ? {} : { incarnation: resetToken(checkpointer, offsetMs, true) }),
    },
  }
}
