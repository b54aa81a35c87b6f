import type { Clock } from '../component/clock.ts'
import type { Status } from '../component/status.ts'

/** Long enough for a second try, and for an endpoint that restarts. */
const failingForMs = 10_000

/** When `run --once` gives up: at once where trying again is useless, else when an exporter has failed for a while. */
export class Patience implements Disposable {
  readonly #clock: Clock
  readonly #lost = new AbortController()
  /** The exporters that fail now. */
  readonly #failing = new Map<string, AbortController>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Aborts with what it was lost over. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** What a component reports of itself. */
  readonly heed = (id: string, status: Status): void => {
    if (!id.startsWith('exporters/')) return
    if (status.kind === 'permanent') this.#lose(id, status.reason)
    else if (status.kind === 'recoverable') void this.#wait(id, status.reason)
    else this.#relax(id)
  };

  [Symbol.dispose](): void {
    for (const id of this.#failing.keys()) this.#relax(id)
  }

  async #wait(id: string, reason: string): Promise<void> {
    if (this.#failing.has(id)) return
    const works = new AbortController()
    this.#failing.set(id, works)
    try {
      await this.#clock.sleep(failingForMs, works.signal)
    } catch {
      return
    }
    this.#lose(id, reason)
  }

  #relax(id: string): void {
    this.#failing.get(id)?.abort()
    this.#failing.delete(id)
  }

  #lose(id: string, reason: string): void {
    this.#lost.abort(new Error(`${id}: ${reason}`))
  }
}
