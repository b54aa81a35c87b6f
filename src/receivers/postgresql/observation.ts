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
  /** Server time less collector time, milliseconds. */
  readonly offsetMs: number
  /** When the postmaster started, the server's text. */
  readonly postmasterStart: string
  /** Changes with anything that a plan is composed from: version, role, extensions, grants. */
  readonly capabilityEpoch: string
}

/**
 * The reset timestamps that a crash sets to one and the same moment.
 */
function witnessViews(versionNumber: number): string[] {
  return ['pg_stat_bgwriter', 'pg_stat_archiver', ...(versionNumber >= 140000 ? ['pg_stat_wal'] : [])]
}

export async function observe(session: Session, clock: Clock, signal: AbortSignal): Promise<Observation> {
  const views = witnessViews(session.versionNumber)
  const text = `/* otelephant observe */ SELECT pg_is_in_recovery(), current_user, extract(epoch FROM clock_timestamp()),
    (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()),
    pg_postmaster_start_time(),
    (SELECT md5(string_agg(concat_ws(' ', e.extname, e.extversion, e.extnamespace), ',' ORDER BY e.extname)) FROM pg_extension AS e),
    (SELECT string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_roles AS r
      WHERE r.rolname LIKE 'pg\\_%' AND pg_has_role(current_user, r.oid, 'USAGE')),
    (SELECT s.system_identifier FROM pg_control_system() AS s),
    (SELECT max(a.backend_start) FROM pg_stat_activity AS a WHERE a.backend_type = 'checkpointer'),
    ${views.map((view) => `(SELECT v.stats_reset FROM ${view} AS v)`).join(', ')}`
  const sentMs = clock.now()
  const [row = []] = await session.query('observe', text, [], signal)
  const [
    recovery,
    userName,
    serverSeconds,
    databaseOid,
    postmasterStart,
    extensions,
    roles,
    system,
    checkpointer,
    ...resets
  ] = row
  const offsetMs = Number(serverSeconds) * 1_000 - (sentMs + clock.now()) / 2
  const role = recovery === 't' ? 'standby' : 'primary'
  return {
    versionNumber: session.versionNumber,
    role,
    databaseOid: databaseOid ?? '',
    userName: userName ?? '',
    offsetMs,
    postmasterStart: postmasterStart ?? '',
    capabilityEpoch: [session.versionNumber, role, system, databaseOid, extensions, roles].join('/'),
    epoch: {
      server: system ?? '',
      witnesses: resets.map((text) => resetToken(text, offsetMs, true)),
      // Only pg_read_all_stats sees it.
      ...(typeof checkpointer === 'string' ? { incarnation: resetToken(checkpointer, offsetMs, true) } : {}),
    },
  }
}

/** A reset token from the server's text. */
export function resetToken(text: string | null, offsetMs: number, exact: boolean): ResetToken {
  const serverMs = text === null ? undefined : parseTimestamp(text)
  return { text: text ?? '', timeMs: serverMs === undefined ? undefined : serverMs - offsetMs, exact }
}
