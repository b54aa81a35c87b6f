import type { Host } from './host.ts'

/**
 * The lifecycle of everything that runs.
 *
 * `start` returns soon: long work runs under the component's own AbortController, so that a slow server or endpoint
 * never holds up the others. It throws only for what can't pass by itself.
 *
 * `shutdown` works without `start`, during `start`, and twice (the second call waits for the first). It aborts what is
 * in flight and returns within the component's own deadline; afterwards nothing of the component runs.
 *
 * A component is never started again: another one is made in its place.
 */
export interface Component {
  start(host: Host): Promise<void>
  shutdown(): Promise<void>
}
