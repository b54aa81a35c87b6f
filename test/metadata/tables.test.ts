import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { events } from '../../generated/postgresql/events.ts'
import { entities, metrics } from '../../generated/postgresql/metrics.ts'
import { sourcedMetrics as generatedSourcedMetrics, queries } from '../../generated/postgresql/queries.ts'
import type { Metadata } from '../../src/metadata/model.ts'
import { entityInfos, eventInfos, metricInfos, sourcedMetrics } from '../../src/metadata/tables.ts'
import { metadataOf } from './support/metadata-of.ts'

function load(path: string): Metadata {
  return metadataOf(path, readFileSync(path, 'utf8'))
}

test('a file that is loaded at run time gives what codegen makes of it', () => {
  const metadata = load(join(import.meta.dirname, '../../metadata.yaml'))
  expect(Object.fromEntries(metricInfos(metadata))).toEqual(metrics)
  expect(Object.fromEntries(entityInfos(metadata))).toEqual(entities)
  expect(Object.fromEntries(eventInfos(metadata))).toEqual(events)
  expect(sourcedMetrics(metadata)).toEqual(generatedSourcedMetrics)
  expect(metadata.queries).toEqual(queries)
})

const samplePath = join(import.meta.dirname, 'fixtures/valid.yaml')
const sample = load(samplePath)

test('sources have the attributes names that are sent', () => {
  const locks = sourcedMetrics(sample).find(({ info }) => info.name === 'postgresql.locks')
  expect(locks?.sources).toEqual([
    { query: 'locks', entity: {}, attributes: { mode: 'mode' }, points: [{ value: 'locks', attributes: {} }] },
  ])
})

test('an event has the attribute names that are sent, and one value makes a constant', () => {
  const text = readFileSync(samplePath, 'utf8')
    .replace(
      'enum: [ins, upd]}',
      'enum: [ins, upd]}\n  page_kind: {description: The kind., type: string, enum: [heap]}',
    )
    .replace('[db.namespace]\ntelemetry', '[page_kind, operation, lock_mode]\ntelemetry')
  expect(Object.fromEntries(eventInfos(metadataOf(samplePath, text)))).toEqual({
    'db.server.query_sample': {
      name: 'db.server.query_sample',
      attributes: ['page_kind', 'operation', 'mode'],
      constants: { page_kind: 'heap' },
      doubles: [],
    },
  })
})

test('a metric takes from its entity whether zeros are sent', () => {
  const infos = metricInfos(sample)
  expect(infos.get('postgresql.operations')?.zeros).toBe('skip')
  expect(infos.get('postgresql.statements')?.zeros).toBe('send')
})

test('what the resource carries is no attribute of the points', () => {
  expect(entityInfos(sample).get('postgresql.instance')?.attributes).toEqual([])
})
