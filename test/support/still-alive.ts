import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Runs the body and tells what it made that still keeps the process alive: timers, sockets, servers, by Node's names.
 * What closes takes a turn or two of the event loop, so it is given `withinMs` of real time.
 *
 * process.getActiveResourcesInfo counts the whole process, so a timer of the test runner that ends meanwhile would hide
 * one that the body left.
 */
export async function stillAlive(body: () => Promise<void>, withinMs: number): Promise<string[]> {
  const inside = new AsyncLocalStorage<true>()
  const made = new Map<number, { readonly type: string; readonly resource: object }>()
  const hook = createHook({
    init(id, type, _trigger, resource) {
      if (inside.getStore() === true) made.set(id, { type, resource })
    },
    destroy(id) {
      made.delete(id)
    },
  }).enable()
  const alive = () => [...made.values()].filter(({ resource }) => holdsProcess(resource)).map(({ type }) => type)
  try {
    await inside.run(true, body)
    const deadlineMs = performance.now() + withinMs
    while (alive().length > 0 && performance.now() < deadlineMs) await delay(5)
    return alive()
  } finally {
    hook.disable()
  }
}

/** Handles have `hasRef`; promises and other bookkeeping don't. */
function holdsProcess(resource: object): boolean {
  return 'hasRef' in resource && typeof resource.hasRef === 'function' && resource.hasRef() === true
}
