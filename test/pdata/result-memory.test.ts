import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ResultMemory } from '../../src/pdata/result-memory.ts'

/** One result that has these keys; each is made where it isn't known. */
function read(memory: ResultMemory<object>, ...keys: readonly string[]): object[] {
  return keys.map((key) => {
    const known = memory.get(key)
    if (known !== undefined) return known
    const made = { key }
    memory.set(key, made)
    return made
  })
}

test('what two complete results in a row did not have is forgotten, what one did not have is not', () => {
  const memory = new ResultMemory<object>()
  const [rare] = read(memory, 'rare', 'often')
  memory.completed()
  expect(memory.completed()).toBe(false)
  expect(read(memory, 'rare')).toEqual([rare])
  expect(read(memory, 'rare')[0]).toBe(rare)
  expect(memory.completed()).toBe(true)
  expect([...memory.values()]).toEqual([rare])
  memory.completed()
  expect(memory.completed()).toBe(true)
  expect(memory.get('rare')).toBeUndefined()
})

test('results that fail forget nothing, however many; what they had counts as of the next', () => {
  const memory = new ResultMemory<object>()
  const [before, other] = read(memory, 'a', 'b')
  memory.completed()
  for (let failed = 0; failed < 9; failed++) read(memory, 'a')
  memory.completed()
  expect(read(memory, 'a')[0]).toBe(before)
  expect([...memory.values()]).toEqual([before, other])
})

test('what is put under a known key takes its place', () => {
  const memory = new ResultMemory<object>()
  read(memory, 'a')
  memory.completed()
  memory.completed()
  const renamed = { key: 'renamed' }
  memory.set('a', renamed)
  memory.completed()
  expect([...memory.values()]).toEqual([renamed])
})

test('at most three results are kept, whatever comes and goes', () => {
  const keys = fc.uniqueArray(fc.nat(60).map(String), { maxLength: 20 })
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 30 }), (results) => {
      const memory = new ResultMemory<object>()
      results.forEach((shown, at) => {
        read(memory, ...shown)
        const recent = new Set(results.slice(Math.max(0, at - 2), at + 1).flat())
        expect([...memory.values()].length).toBe(recent.size)
        memory.completed()
      })
    }),
  )
})
