import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entities, metrics } from '../../generated/postgresql/metrics.ts'
import { sourcedMetrics as generatedSourcedMetrics, queries } from '../../generated/postgresql/queries.ts'
import { loadMetadata } from '../../src/metadata/load.ts'
import { MetadataError } from '../../src/metadata/metadata-error.ts'
import type { Metadata } from '../../src/metadata/model.ts'
import { entityInfos, metricInfos, sourcedMetrics } from '../../src/metadata/tables.ts'

function load(path: string): Metadata {
  const loaded = loadMetadata(path, readFileSync(path, 'utf8'))
  if (loaded.kind === 'faults') throw new MetadataError(loaded.faults)
  return loaded.metadata
}

test('a file that is loaded at run time gives what codegen makes of it', () => {
  const metadata = load(join(import.meta.dirname, '../../metadata.yaml'))
  expect(Object.fromEntries(metricInfos(metadata))).toEqual(metrics)
  expect(Object.fromEntries(entityInfos(metadata))).toEqual(entities)
  expect(sourcedMetrics(metadata)).toEqual(generatedSourcedMetrics)
  expect(metadata.queries).toEqual(queries)
})

const sample = load(join(import.meta.dirname, 'fixtures/valid.yaml'))

test('sources have the attributes names that are sent', () => {
  const locks = sourcedMetrics(sample).find(({ info }) => info.name === 'postgresql.locks')
  expect(locks?.sources).toEqual([
    { query: 'locks', entity: {}, attributes: { mode: 'mode' }, points: [{ value: 'locks', attributes: {} }] },
  ])
})

test('a metric takes from its entity whether zeros are sent', () => {
  const infos = metricInfos(sample)
  expect(infos.get('postgresql.operations')?.zeros).toBe('skip')
  expect(infos.get('postgresql.statements')?.zeros).toBe('send')
})

test('what the resource carries is no attribute of the points', () => {
  expect(entityInfos(sample).get('postgresql.instance')?.attributes).toEqual([])
})
