import type { Clock } from '../component/clock.ts'
import { formatDuration } from '../config/duration.ts'

/** A signal with an end. Disposing stops its timer and its hold on the parent. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * A signal that aborts with its parent (same reason) or after `timeoutMs` (a `TimeoutError`); 0 means no time-out.
 * Made by hand because AbortSignal.timeout knows no other clock, and a signal derived by AbortSignal.any from one that
 * lives as long as the process can't be let go of.
 */
export function deadline(timeoutMs: number, clock: Clock, parent: AbortSignal): Deadline {
  const controller = new AbortController()
  const ended = new AbortController()
  const follow = () => controller.abort(parent.reason)
  if (parent.aborted) follow()
  else parent.addEventListener('abort', follow, { once: true, signal: ended.signal })
  if (timeoutMs > 0) {
    const expire = () =>
      controller.abort(new DOMException(`took longer than its timeout of ${formatDuration(timeoutMs)}`, 'TimeoutError'))
    clock.sleep(timeoutMs, ended.signal).then(expire, () => {})
  }
  return { signal: controller.signal, [Symbol.dispose]: () => ended.abort() }
}
