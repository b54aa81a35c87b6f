import type { ServerState } from '../server/read-server-state.ts'
import type { Omission } from '../server/requirements.ts'
import { type Unmet, unmetDenial, unmetRole } from '../server/requirements.ts'
import { isUntracked, type SessionSample } from './session-sample.ts'

export interface TrackingWatchSettings {
  /** The metrics and events that are made of what sessions do. */
  readonly affected: readonly string[]
  /** Called with what isn't collected; logs each thing once. */
  readonly omitted: (omissions: readonly Omission[]) => void
  /** Called with what is known less well than it could be; logs each thing once. */
  readonly degraded: (message: string) => void
}

/** Whether the server shows what its sessions do, and if not, how to make it. */
export class TrackingWatch {
  readonly #settings: TrackingWatchSettings

  constructor(settings: TrackingWatchSettings) {
    this.#settings = settings
  }

  /** Whether other roles' sessions can be seen. Without them the collector's own would be taken for all there are. */
  sees({ grants, userName, readsAllStats }: ServerState): boolean {
    if (!readsAllStats) this.#omit(this.#settings.affected, unmetRole('pg_read_all_stats', grants.roles, userName))
    return readsAllStats
  }

  /**
   * Whether the role may use all that the statement does.
   * @param affected what is missing if it may not
   */
  permits(sql: string, affected: readonly string[], { grants, userName }: ServerState): boolean {
    const denial = grants.denials.findIn(sql)
    if (denial !== undefined) this.#omit(affected, unmetDenial(denial, userName))
    return denial === undefined
  }

  #omit(affected: readonly string[], because: Unmet): void {
    this.#settings.omitted(affected.map((metric) => ({ metric, query: 'session_sample', ...because })))
  }

  sampled({ groups, computeQueryId }: SessionSample): void {
    if (groups.some(isUntracked)) {
      this.#settings.degraded(
        "What some sessions do isn't known, as track_activities is off for them: ALTER SYSTEM SET track_activities = on, then SELECT pg_reload_conf().",
      )
    }
    if (computeQueryId === 'off') {
      this.#settings.degraded(
        'Time by statement is all in "(other)", as compute_query_id is off: ALTER SYSTEM SET compute_query_id = auto, then SELECT pg_reload_conf().',
      )
    }
  }
}
