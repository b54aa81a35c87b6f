import type { ResetToken, StatisticsEpoch } from '../../../pdata/reading.ts'
import { parseTimestamp } from '../../../rows/decode.ts'
import type { TextRow } from '../connection/connection.ts'
import type { Denials } from './denials.ts'
import { malformed } from './malformed.ts'
import { marked } from './own-statements.ts'

/** What the server says of itself without reading a relation, so that no lock delays the answer. */
export interface ReportedState {
  /** `unknown` where pg_is_in_recovery() is denied. */
  readonly role: 'primary' | 'standby' | 'unknown'
  readonly epoch: StatisticsEpoch
  readonly userName: string
  /** Server time less collector time, milliseconds. */
  readonly offsetMs: number
  /** When the postmaster started, the server's text; empty where that is denied. */
  readonly postmasterStart: string
}

type Kind = 'bool' | 'name' | 'number' | 'timestamp' | 'timestamp or null'

interface Value {
  readonly sql: string
  readonly kind: Kind
  /** The first server_version_num that has it. */
  readonly since?: number
  /** A timestamp that a crash sets, to the same moment as the other witnesses. */
  readonly isWitness?: true
}

/** Functions and not their views, which lock what they read. The clock and the user can't be denied: the grammar has them. */
const values = {
  userName: { sql: 'current_user', kind: 'name' },
  now: { sql: 'CURRENT_TIMESTAMP', kind: 'timestamp' },
  recovery: { sql: 'pg_is_in_recovery()', kind: 'bool' },
  postmasterStart: { sql: 'pg_postmaster_start_time()', kind: 'timestamp' },
  system: { sql: '(SELECT s.system_identifier FROM pg_control_system() AS s)', kind: 'number' },
  // Only pg_read_all_stats sees it.
  checkpointer: {
    sql: "(SELECT a.backend_start FROM pg_stat_get_activity(NULL) AS a WHERE a.backend_type = 'checkpointer')",
    kind: 'timestamp or null',
  },
  bgwriter: { sql: 'pg_stat_get_bgwriter_stat_reset_time()', kind: 'timestamp or null', isWitness: true },
  archiver: {
    sql: '(SELECT s.stats_reset FROM pg_stat_get_archiver() AS s)',
    kind: 'timestamp or null',
    isWitness: true,
  },
  wal: {
    sql: '(SELECT s.stats_reset FROM pg_stat_get_wal() AS s)',
    kind: 'timestamp or null',
    since: 140_000,
    isWitness: true,
  },
} as const satisfies Readonly<Record<string, Value>>

type Name = keyof typeof values

/** The values that this server has and this role may ask for. */
export function stateValues(versionNumber: number, denials: Denials): Name[] {
  return names.filter((name) => {
    const { sql, since = 0 }: Value = values[name]
    return versionNumber >= since && denials.findIn(sql) === undefined
  })
}

const names: readonly Name[] = Object.keys(values).filter((name): name is Name => name in values)

export function stateText(asked: readonly Name[]): string {
  return marked('server state', `SELECT ${asked.map((name) => values[name].sql).join(', ')}`)
}

/**
 * @param atMs when it was asked, milliseconds since the Unix epoch on the collector's clock
 * @throws MalformedAnswerError when it isn't one row of just these values
 */
export function parseState(asked: readonly Name[], rows: readonly TextRow[], atMs: number): ReportedState {
  const [row] = rows
  if (rows.length !== 1 || row?.length !== asked.length) {
    throw malformed('server state', `expected 1 row of ${asked.length}, found ${rows.length} of ${row?.length ?? 0}`)
  }
  asked.forEach((name, index) => {
    const { kind } = values[name]
    const text = row[index] ?? null
    if (!isOf(kind, text)) throw malformed('server state', `${name} is no ${kind}`)
  })
  const textOf = (name: Name) => row[asked.indexOf(name)] ?? null
  const offsetMs = (parseTimestamp(textOf('now') ?? '') ?? 0) - atMs
  const recovery = textOf('recovery')
  const checkpointer = textOf('checkpointer')
  return {
    role: recovery === null ? 'unknown' : recovery === 't' ? 'standby' : 'primary',
    userName: textOf('userName') ?? '',
    offsetMs,
    postmasterStart: textOf('postmasterStart') ?? '',
    epoch: {
      server: textOf('system') ?? '',
      witnesses: asked
        .filter((name) => 'isWitness' in values[name])
        .map((name) => resetToken(textOf(name), offsetMs, true)),
      ...(checkpointer === null ? {} : { incarnation: resetToken(checkpointer, offsetMs, true) }),
    },
  }
}

/** A reset token from the server's text. */
export function resetToken(text: string | null, offsetMs: number, exact: boolean): ResetToken {
  const serverMs = text === null ? undefined : parseTimestamp(text)
  return { text: text ?? '', timeMs: serverMs === undefined ? undefined : serverMs - offsetMs, exact }
}

function isOf(kind: Kind, text: string | null): boolean {
  switch (kind) {
    case 'bool':
      return text === 't' || text === 'f'
    case 'name':
      return text !== null && text !== ''
    case 'number':
      return text !== null && /^-?\d+$/.test(text)
    case 'timestamp':
      return text !== null && parseTimestamp(text) !== undefined
    case 'timestamp or null':
      return text === null || parseTimestamp(text) !== undefined
    default:
      return kind satisfies never
  }
}
