import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Baseline } from '../../src/deltas/baseline.ts'
import { BaselineCache } from '../../src/deltas/baseline-cache.ts'
import { at, epoch, token } from './support/points.ts'

const queries = ['database', 'table'] as const
const keys = ['a', 'b', 'c', 'd', 'e', ''] as const
const query = fc.constantFrom(...queries)
const key = fc.constantFrom(...keys)

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), query, key, hasToken: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), query, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('in order' as const), query }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), query, key }) },
  // Forgets all that wasn't set within that many steps.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('complete' as const), query, steps: fc.nat({ max: 5 }) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A cache, and beside it what it should know: the value of each series by query and key. */
class Compared {
  readonly cache = new BaselineCache()
  readonly model = new Map<string, { readonly value: number; readonly id: number; readonly seen: number }>()
  #step = 0

  play(one: Step): void {
    this.#step += 1
    if (one.kind === 'set') this.#set(one.query, one.key, one.hasToken)
    else if (one.kind === 'read') this.check(one.query, one.key)
    else if (one.kind === 'in order') for (const name of keys) this.check(one.query, name)
    else if (one.kind === 'rename') this.#rename(one.query, one.key)
    else this.#complete(one.query, this.#step - one.steps)
  }

  check(query: string, key: string): void {
    const known = this.model.get(`${query} ${key}`)
    expect(this.cache.baseline(query, key)?.value).toBe(known?.value)
    expect(this.cache.idOf(query, key)).toBe(known?.id)
    expect(this.cache.count).toBe(this.model.size)
  }

  #set(query: string, key: string, hasToken: boolean): void {
    const timeMs = at(this.#step)
    const seen = { query, value: this.#step, timeMs, seenMs: timeMs, sinceMs: timeMs, epoch: epoch() }
    const baseline: Baseline = hasToken ? { ...seen, token: token(this.#step) } : seen
    this.cache.set(key, baseline, this.#step)
    const id = this.model.get(`${query} ${key}`)?.id ?? this.#step
    this.model.set(`${query} ${key}`, { value: this.#step, id, seen: this.#step })
  }

  #rename(query: string, key: string): void {
    const renamed = `${key} of ${this.#step}`
    const known = this.model.get(`${query} ${key}`)
    expect(this.cache.rename(query, key, renamed)?.value).toBe(known?.value)
    if (known === undefined) return
    this.model.delete(`${query} ${key}`)
    this.model.set(`${query} ${renamed}`, known)
    this.check(query, renamed)
  }

  #complete(query: string, since: number): void {
    const complete = { filter: 'all', startedMs: at(since), timeMs: at(since), epoch: epoch() }
    const gone = [...this.model].filter(([name, { seen }]) => name.startsWith(`${query} `) && seen < since)
    const { ids } = this.cache.complete(new Map([[query, complete]]))
    expect(new Set(ids)).toEqual(new Set(gone.map(([, { id }]) => id)))
    for (const [name] of gone) this.model.delete(name)
  }
}

test('a baseline is found by its key, in whatever order series come, go and are renamed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const compared = new Compared()
      for (const one of steps) compared.play(one)
      for (const name of queries) for (const key of keys) compared.check(name, key)
    }),
    { numRuns: 400 },
  )
})
