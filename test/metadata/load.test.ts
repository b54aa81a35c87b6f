import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadMetadata } from '../../src/metadata/load.ts'
import { renderFault } from '../../src/yaml/fault.ts'
import { expectedFaults } from './support/expected-faults.ts'
import { metadataOf } from './support/metadata-of.ts'

const folder = join(import.meta.dirname, 'fixtures')
const valid = readFileSync(join(folder, 'valid.yaml'), 'utf8')

function faultsOf(text: string): string[] {
  const loaded = loadMetadata('m.yaml', text)
  return loaded.kind === 'faults' ? loaded.faults.map(renderFault) : []
}

describe('a rule', () => {
  for (const [rule, expected] of Object.entries(expectedFaults)) {
    test(`${rule} gives its one fault`, () => {
      expect(faultsOf(readFileSync(join(folder, `${rule}.yaml`), 'utf8'))).toEqual([`m.yaml:${expected}`])
    })
  }

  test('has a fixture that is expected, for every fixture', () => {
    const names = readdirSync(folder).map((file) => file.replace('.yaml', ''))
    expect(names.toSorted()).toEqual([...Object.keys(expectedFaults), 'valid'].toSorted())
  })
})

test('faults of shape and of meaning come all at once, in the order of the file', () => {
  const text = valid
    .replace('class: receiver', 'class: receptor')
    .replace('type: int, enabled: false', 'type: int')
    .replace('slice: {from', 'slize: {from')
    .replace('attributes: {operation: upd}', 'attributes: {operation: del}')
    .replace('unit: By/s', 'unit: bytes')
    .replace('target: postgresql.instance', 'target: postgresql.server')
  const lines = faultsOf(text).map((fault) => fault.replace(/^m\.yaml:(\d+):.*?: .*$/s, '$1'))
  expect(lines.map(Number)).toEqual([6, 13, 28, 60, 110])
})

test('an entry that is wrong in itself gives no further faults where it is named', () => {
  const text = valid.replace('    description: One row per standby.\n', '')
  expect(faultsOf(text)).toEqual([
    'm.yaml:33:3: queries::lag::description: is required (expected string): what its rows are',
  ])
})

test('a fault in an entity stands at its place, whatever is wrong before it', () => {
  const text = valid
    .replace('    brief: The server.\n', '')
    .replace('{ref: db.namespace, value: "{database}|', '{ref: db.namespaces, value: "{database}|')
  expect(faultsOf(text).map((fault) => fault.slice(0, fault.indexOf(' ')))).toEqual(['m.yaml:22:5:', 'm.yaml:29:15:'])
})

test('an attribute that only events carry is used', () => {
  const text = valid
    .replace(
      '  error.type:',
      '  db.system.name: {description: The system., type: string, enum: [sample]}\n  error.type:',
    )
    .replace('attributes: [db.namespace]\ntelemetry', 'attributes: [db.namespace, db.system.name]\ntelemetry')
  expect(metadataOf('m.yaml', text).events).toMatchObject([{ attributes: ['db.namespace', 'db.system.name'] }])
})

test('an empty file is no metadata', () => {
  expect(faultsOf('')).toEqual(['m.yaml:1:1: expected map, found null'])
})

test('all faults are said at once, in the order of the file', () => {
  const faults = faultsOf(valid.replace('class: receiver', 'class: x').replace('unit: By/s', 'unit: bytes'))
  expect(faults.map((line) => line.split(' ')[0])).toEqual(['m.yaml:6:10:', 'm.yaml:110:11:'])
})

describe('the model', () => {
  const metadata = metadataOf('m.yaml', valid)

  test('has its entries by name', () => {
    expect(metadata.queries.map(({ name }) => name)).toEqual(['lag', 'locks', 'server', 'table'])
  })

  test('has intervals in milliseconds and ranges as numbers', () => {
    const table = metadata.queries.find(({ name }) => name === 'table')
    expect(table?.intervalMs).toBe(300_000)
    expect(table?.top).toEqual({ rows: 7, by: ['inserted'], others: ['relation'] })
    expect(table?.columns['updated']?.requires).toEqual({
      server: { text: '>=14 <19', atLeast: [14], below: [19] },
      privileges: [{ kind: 'role', name: 'pg_monitor' }],
    })
    expect(metadata.queries.find(({ name }) => name === 'server')?.requires).toEqual({
      extension: { name: 'pg_stat_statements', version: { text: '>=1.8', atLeast: [1, 8] } },
    })
  })

  test('says what code adds to the rows of a query with top rows, and how what the others come to is shown', () => {
    const text = valid
      .replace('top: {rows: 7, by: [inserted], others: [relation]}', (top) =>
        [top.replace('}', ', set: relations}'), 'read_by_code: [updated]'].join('\n    '),
      )
      .replace('    counters:\n', '    counters:\n      falls_when_reset: true\n      inherits: true\n')
      .replace('      updated:', '      busy: {computed: [inserted, updated], type: bool}\n      updated:')
      .replace('attributes: {operation: ins}}', 'attributes: {operation: ins}, when: busy}')
      .replace('    unit: By/s\n', '    unit: By/s\n    others: max\n')
    const { queries, metrics } = metadataOf('m.yaml', text)
    expect(queries.find(({ name }) => name === 'table')).toMatchObject({
      top: { set: 'relations' },
      fallsWhenReset: true,
      inheritsCounters: true,
      reset: { sql: 'now()', exact: false },
      readByCode: ['updated'],
      columns: { busy: { computed: ['inserted', 'updated'], type: 'bool' } },
    })
    const metric = (name: string) => metrics.find((one) => one.name === name)
    expect(metric('postgresql.operations')?.sources[0]?.points.map(({ when }) => when)).toEqual(['busy', undefined])
    expect([metric('postgresql.size')?.others, metric('postgresql.wal.delay')?.others]).toEqual(['max', undefined])
  })

  test('is the same where what can be left out is left out', () => {
    const text = valid
      .replaceAll(/^ +stability: development\n/gm, '')
      .replaceAll(', aggregation_temporality: cumulative', '')
    expect(text.length).toBeLessThan(valid.length)
    expect(metadataOf('m.yaml', text)).toEqual(metadata)
  })

  test('is the same where a query says once what its metrics are about', () => {
    const entity = '        entity: {schema: schema, relation: relation}\n'
    const attributes = '        attributes: {lock_mode: mode}\n'
    const text = valid
      .replaceAll(entity, '')
      .replace(attributes, '')
      .replace('    identity: [oid]\n', `    identity: [oid]\n${entity.slice(4)}`)
      .replace('    group_by: [mode]\n', `    group_by: [mode]\n${attributes.slice(4)}`)
    expect(metadataOf('m.yaml', text)).toEqual(metadata)
  })

  test('has of a query what a source does not say itself, what fits its metric and what no point says', () => {
    const text = valid
      .replace('    identity: [oid]\n', '    identity: [oid]\n    entity: {schema: schema, relation: schema}\n')
      .replace('        entity: {schema: schema, relation: relation}\n', '')
      .replace('    top:', '    attributes: {pages: newpages, operation: schema}\n    top:')
    const [operations, size] = ['postgresql.operations', 'postgresql.size'].map(
      (name) => metadataOf('m.yaml', text).metrics.find((one) => one.name === name)?.sources[0],
    )
    expect(operations).toMatchObject({ entity: { schema: 'schema', relation: 'schema' }, attributes: {} })
    expect(size).toMatchObject({ entity: { schema: 'schema', relation: 'relation' }, attributes: {} })
  })

  test('has requirements by name, one or several', () => {
    const text = valid
      .replace(
        'queries:',
        'requirements:\n  new: {server: ">=14 <19"}\n  monitor: {privilege: {role: pg_monitor}}\n  main: {role: primary}\nqueries:',
      )
      .replace('requires: {role: primary}', 'requires: main')
      .replace('requires: {server: ">=14 <19", privilege: {role: pg_monitor}}', 'requires: [new, monitor]')
    expect(metadataOf('m.yaml', text)).toEqual(metadata)
  })

  test('says what an entity is made of', () => {
    expect(metadata.entities.map(({ type, parts, zeros }) => ({ type, parts, zeros }))).toEqual([
      { type: 'postgresql.instance', parts: [], zeros: 'send' },
      { type: 'postgresql.table', parts: ['database', 'relation', 'schema'], zeros: 'skip' },
    ])
  })

  test('says a counter from a gauge, and what is sent instead of a name', () => {
    const kinds = metadata.metrics.map(({ name, kind, monotonic, valueType }) => ({ name, kind, monotonic, valueType }))
    expect(kinds).toContainEqual({ name: 'postgresql.operations', kind: 'sum', monotonic: true, valueType: 'int' })
    expect(kinds).toContainEqual({ name: 'postgresql.wal.delay', kind: 'gauge', monotonic: false, valueType: 'double' })
    expect(metadata.attributes.find(({ name }) => name === 'lock_mode')?.emittedName).toBe('mode')
    expect(metadata.attributes.find(({ name }) => name === 'operation')?.emittedName).toBe('operation')
  })
})
