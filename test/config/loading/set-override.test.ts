import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainValue } from '../../../src/config/loading/plain-value.ts'
import { parseOverride } from '../../../src/config/loading/set-override.ts'

const segment = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__')
const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`

test('any name can be a segment, if it is quoted', () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.integer(), (names, value) => {
      const parsed = parseOverride(`${names.map(quoted).join('.')}=${value}`, 1)
      if (parsed.kind !== 'ok') throw new Error('refused')
      expect(plainValue(parsed.node)).toEqual(names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value))
    }),
  )
})

test('a number keeps its text beside it, and the value may hold = and .', () => {
  const parsed = parseOverride('a.password=0123', 1)
  if (parsed.kind !== 'ok') throw new Error('refused')
  expect(plainValue(parsed.node)).toEqual({ a: { password: 123 } })
  expect(plainValue(parsed.node, () => true)).toEqual({ a: { password: '0123' } })
  const other = parseOverride('a=b.c=d', 1)
  if (other.kind !== 'ok') throw new Error('refused')
  expect(plainValue(other.node)).toEqual({ a: 'b.c=d' })
})

const metrics = ['postgresql.up', 'postgresql.wal', 'postgresql.wal.delay', 'postgresql.deadlocks']
const tree: Readonly<Record<string, readonly string[]>> = {
  '': ['receivers', 'exporters', 'service'],
  receivers: ['postgresql', 'postgresql/a', 'postgresql/a.b'],
  'receivers/postgresql': ['endpoint', 'metrics', 'headers'],
  'receivers/postgresql/a': ['endpoint', 'b.endpoint'],
  'receivers/postgresql/a.b': ['endpoint'],
  'receivers/postgresql/metrics': metrics,
  ...Object.fromEntries(metrics.map((metric) => [`receivers/postgresql/metrics/${metric}`, ['enabled', 'delay']])),
}

/** What the path of `--set` names, by keys that are known; the message where it can't be told. */
function named(path: string): unknown {
  const parsed = parseOverride(`${path}=7`, 1, (keys) => tree[keys.join('/')] ?? [])
  if (parsed.kind === 'faults') return parsed.faults.map(({ message }) => message).join()
  const keys: string[] = []
  for (let node = parsed.node; node.kind === 'map'; ) {
    const [entry] = node.entries
    if (entry === undefined) break
    keys.push(entry[0])
    node = entry[1]
  }
  return keys
}

test.each([
  { path: 'receivers.postgresql.metrics.postgresql.deadlocks.enabled', key: 'postgresql.deadlocks' },
  // The longest.
  { path: 'receivers.postgresql.metrics.postgresql.wal.delay.enabled', key: 'postgresql.wal.delay' },
  { path: 'receivers.postgresql.metrics.postgresql.wal.enabled', key: 'postgresql.wal' },
  { path: 'receivers.postgresql.metrics."postgresql.wal".delay', key: 'postgresql.wal', last: 'delay' },
  // Unknown, and as near as it gets.
  { path: 'receivers.postgresql.metrics.postgresql.deadlokcs.enabled', key: 'postgresql.deadlokcs' },
])('a key with dots needs no quotes: $path', ({ path, key, last = 'enabled' }) => {
  expect(named(path)).toEqual(['receivers', 'postgresql', 'metrics', key, last])
})

test('quotes tell which of two components is meant', () => {
  expect(named('receivers.postgresql/a.b.endpoint')).toMatch(
    /^can be read in more than one way; quote what belongs together: receivers\."postgresql\/a\.b"\.endpoint or /,
  )
  expect(named('receivers."postgresql/a.b".endpoint')).toEqual(['receivers', 'postgresql/a.b', 'endpoint'])
  expect(named('receivers.postgresql/a."b.endpoint"')).toEqual(['receivers', 'postgresql/a', 'b.endpoint'])
  expect(named('receivers.postgresql/a.endpoint')).toEqual(['receivers', 'postgresql/a', 'endpoint'])
})

test('where two readings are known to their ends, quotes are asked for', () => {
  expect(named('receivers.postgresql.metrics.postgresql.wal.delay')).toBe(
    'can be read in more than one way; quote what belongs together: ' +
      'receivers.postgresql.metrics."postgresql.wal.delay" or receivers.postgresql.metrics."postgresql.wal".delay',
  )
})

test('where any key will do, each piece is one', () => {
  expect(named('receivers.postgresql.headers.x.y')).toEqual(['receivers', 'postgresql', 'headers', 'x', 'y'])
  expect(named('receivers.mysql.a.b')).toEqual(['receivers', 'mysql', 'a', 'b'])
})
