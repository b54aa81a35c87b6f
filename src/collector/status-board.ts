import type { Host } from '../component/host.ts'
import type { Status } from '../component/status.ts'

/** What every component last said of itself. */
export class StatusBoard {
  readonly #statuses = new Map<string, Status>()
  readonly #changed: (id: string, status: Status) => void

  constructor(changed: (id: string, status: Status) => void = () => {}) {
    this.#changed = changed
  }

  /** The host of one component. */
  hostOf(id: string): Host {
    this.#statuses.set(id, { kind: 'starting' })
    return {
      report: (status) => {
        this.#statuses.set(id, status)
        this.#changed(id, status)
      },
    }
  }

  /** By component: `receivers/postgresql`, `exporters/newrelic`. */
  statuses(): ReadonlyMap<string, Status> {
    return this.#statuses
  }
}
