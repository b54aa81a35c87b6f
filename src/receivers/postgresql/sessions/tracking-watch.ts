import type { Observation } from '../observation.ts'
import type { Omission } from '../plan.ts'
import { unmet } from '../requirements.ts'
import { isUntracked, type SessionSample } from './session-sample.ts'

export interface TrackingWatchSettings {
  /** The metrics and events that are made of what sessions do. */
  readonly affected: readonly string[]
  /** Called with what isn't collected; tells each thing once. */
  readonly omitted: (omissions: readonly Omission[]) => void
  /** Called with what is known less well than it could be; tells each thing once. */
  readonly degraded: (message: string) => void
}

/** Whether the server tells what its sessions do, and if not, how to make it. */
export class TrackingWatch {
  readonly #settings: TrackingWatchSettings

  constructor(settings: TrackingWatchSettings) {
    this.#settings = settings
  }

  /** Whether other roles' sessions can be seen: what is left otherwise would be taken for all there is. */
  sees({ versionNumber, role, userName, readsAllStats }: Observation): boolean {
    if (readsAllStats) return true
    const because = unmet(
      { privileges: [{ kind: 'role', name: 'pg_read_all_stats' }] },
      { server: [Math.floor(versionNumber / 10_000)], role, userName, extensions: new Map(), privileges: new Map() },
    )
    if (because === undefined) return false
    this.#settings.omitted(this.#settings.affected.map((metric) => ({ metric, query: 'session_sample', ...because })))
    return false
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
