import type { Clock } from '../component/clock.ts'
import { formatDuration } from '../config/duration.ts'

/** A signal with a deadline. Disposing stops its timer and lets go of the parent. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * A signal that aborts with its parent (same reason) or after `timeoutMs` (a `TimeoutError`); 0 means no time-out.
 * Made by hand: AbortSignal.timeout takes no other clock, and AbortSignal.any keeps its signal alive as long as the parent,
 * which here is as long as the process.
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
