import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Baseline } from '../../../../../src/deltas/baseline.ts'
import type { DeliveryStore, StoredRequest } from '../../../../../src/exporters/otlp/queue/delivery-store.ts'
import { MemoryStore } from '../../../../../src/exporters/otlp/queue/memory-store.ts'
import { SqliteStore } from '../../../../../src/exporters/otlp/queue/sqlite/sqlite-store.ts'
import { StoreFullError } from '../../../../../src/exporters/otlp/queue/store-full-error.ts'
import type { ResetToken } from '../../../../../src/pdata/reading.ts'
import { at, epoch, token } from '../../../../deltas/support/points.ts'
import { memoryLogger } from '../../../../support/memory-logger.ts'
import { requestOf, temporaryFolder } from '../support/store-samples.ts'

const keys = ['a', 'b', 'ключ', 'd\0d'] as const
const queries = ['tables', 'indexes\0x'] as const
const limits = { capacityBytes: 260, maxAgeMs: 40_000 } as const

const values: fc.Arbitrary<Baseline['value']> = fc.oneof(
  fc.constantFrom(undefined, 0, 7, 0.1, 2 ** 53 - 1, 12n, 2n ** 63n, -(2n ** 64n), 10n ** 30n),
  fc.double({ noNaN: true, min: 0 }),
  fc.bigInt({ min: 0n, max: 2n ** 70n }),
)
const tokens: fc.Arbitrary<ResetToken | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.tuple(fc.constantFrom(undefined, -5, -4), fc.boolean()).map(([second, exact]) => token(second, exact)),
)
const epochs = fc.constantFrom(epoch(), epoch(-10, -9), epoch(-10, -9, 'server-2', -20))
const columnLists = [['calls'], ['rows', 'строки', 'a"|[1]'], []]
/** Of what a baseline remembers either a value or a row. */
const remembered: fc.Arbitrary<Pick<Baseline, 'value' | 'row'>> = fc.oneof(
  values.map((value) => ({ value })),
  fc.tuple(fc.constantFrom(...columnLists), fc.tuple(values, values)).map(([columns, both]) => ({
    value: undefined,
    row: { columns, values: columns.map((_, index) => both[index] ?? null) },
  })),
)
const baselines = fc.array(
  fc.record({
    key: fc.constantFrom(...keys),
    query: fc.constantFrom(...queries),
    remembered,
    token: tokens,
    epoch: epochs,
  }),
  { maxLength: 5 },
)
const which = fc.constantFrom('newest', 'smallest')
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put'),
      baselines,
      text: fc.option(fc.string({ maxLength: 60 })),
      complete: fc.subarray([...queries]),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take'), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release'), index: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), index: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replace'),
      index: fc.nat(5),
      pieces: fc.array(fc.string(), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen') }) },
)

test('a store in a file is as one in memory, whatever is done to it, and however often it is opened again', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), fc.constantFrom('block', 'drop_oldest'), (steps, onFull) => {
      using folder = temporaryFolder()
      const path = join(folder.path, 'a.queue')
      let second = 0
      const clock = { now: () => at(second) }
      const logger = memoryLogger()
      const pair = { memory: new MemoryStore({ ...limits, onFull, clock }), file: fileStore() }
      const drops: Record<'memory' | 'file', unknown[]> = { memory: [], file: [] }
      listen()
      let taken: { readonly memory: StoredRequest; readonly file: StoredRequest }[] = []

      function fileStore() {
        return new SqliteStore({ ...limits, onFull, clock, path, logger })
      }
      function listen() {
        pair.memory.onDropped((...drop) => drops.memory.push(drop))
        pair.file.onDropped((...drop) => drops.file.push(drop))
      }
      const both = <T>(action: (store: DeliveryStore, side: 'memory' | 'file') => T) => {
        const results = {
          memory: attempt(() => action(pair.memory, 'memory')),
          file: attempt(() => action(pair.file, 'file')),
        }
        expect(comparable(results.file)).toEqual(comparable(results.memory))
        return results
      }

      for (const step of steps) {
        second += 3
        if (step.kind === 'put') {
          const requests = step.text === null ? [] : [requestOf(step.text, second, step.text.length + 1)]
          const put = step.baselines.map(({ key, token: moved, remembered: what, ...rest }) => ({
            key,
            baseline: {
              ...rest,
              ...what,
              timeMs: at(second) + 0.25,
              seenMs: at(second) + 0.5,
              sinceMs: at(-1),
              ...(moved === undefined ? {} : { token: moved }),
            },
          }))
          const completes = step.complete.map((query) => {
            return [
              query,
              { filter: `f${second}`, startedMs: at(second - 1), timeMs: at(second), epoch: epoch() },
            ] as const
          })
          both((store) => store.put(requests, put, new Map(completes)))
        } else if (step.kind === 'take') {
          const { memory, file } = both((store) => store.take(step.which))
          if (isRequest(memory) && isRequest(file)) taken.push({ memory, file })
        } else if (step.kind === 'reopen') {
          for (const { memory } of taken) pair.memory.release(memory)
          taken = []
          pair.file[Symbol.dispose]()
          pair.file = fileStore()
          listen()
        } else {
          const [chosen] = taken.splice(step.index, 1)
          if (chosen === undefined) continue
          if (step.kind === 'release') both((store, side) => store.release(chosen[side]))
          else if (step.kind === 'remove') both((store, side) => store.remove(chosen[side]))
          else {
            const pieces = step.pieces.map((text) => ({ ...requestOf(text), createdMs: chosen.memory.createdMs }))
            const { memory, file } = both((store, side) => store.replace(chosen[side], pieces))
            if (!Array.isArray(memory) || !Array.isArray(file)) throw new Error('nothing was replaced')
            for (const [index, one] of memory.entries()) taken.push({ memory: one, file: file[index] })
          }
        }
        both((store) => [store.size(), store.oldestMs(), queries.map((query) => store.lastComplete(query))])
        both((store) => queries.flatMap((query) => keys.map((key) => store.baseline(query, key))).map(withoutId))
        expect(drops.file).toEqual(drops.memory)
      }
      pair.file[Symbol.dispose]()
      expect(logger.lines).toEqual([])
    }),
    { numRuns: 150 },
  )
}, 60_000)

function attempt<T>(action: () => T): T | 'full' {
  try {
    return action()
  } catch (error) {
    if (error instanceof StoreFullError) return 'full'
    throw error
  }
}

function isRequest(value: unknown): value is StoredRequest {
  return typeof value === 'object' && value !== null && 'encoding' in value
}

/** Ids are each store's own, and so are the classes of byte arrays. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (!isRequest(value)) return value
  const { id: _, bytes, ...rest } = value
  return { ...rest, bytes: Buffer.from(bytes).toString() }
}

function withoutId(baseline: Baseline | undefined): unknown {
  return baseline === undefined ? undefined : { ...baseline, id: 0, key: 'hashed in the file', next: undefined }
}
