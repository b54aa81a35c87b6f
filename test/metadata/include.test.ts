import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LoadedMetadata, loadMetadata } from '../../src/metadata/load.ts'
import { renderFault } from '../../src/yaml/fault.ts'
import { expectedIncludeFaults } from './support/expected-include-faults.ts'

const folder = join(import.meta.dirname, 'includes')

function load(name: string): LoadedMetadata {
  const file = join(folder, name, 'metadata.yaml')
  return loadMetadata(file, readFileSync(file, 'utf8'))
}

/** With the files' names as from their folder. */
function faultsOf(name: string): string[] {
  const loaded = load(name)
  if (loaded.kind === 'ok') return []
  return loaded.faults.map((fault) => renderFault(fault).replaceAll(`${join(folder, name)}/`, ''))
}

describe('an include', () => {
  for (const [name, expected] of Object.entries(expectedIncludeFaults)) {
    test(`${name} gives its faults, with all places`, () => {
      expect(faultsOf(name)).toEqual(expected)
    })
  }

  test('has faults that are expected, for every folder', () => {
    expect(readdirSync(folder)).toEqual([...Object.keys(expectedIncludeFaults), 'valid'].toSorted())
  })
})

test('a file and its parts are one, whatever is in which, and a part may have parts', () => {
  const loaded = load('valid')
  if (loaded.kind === 'faults') throw new Error(loaded.faults.map(renderFault).join('\n'))
  const { queries, metrics, attributes, telemetry } = loaded.metadata
  expect(queries.map(({ name }) => name)).toEqual(['locks', 'server', 'tables'])
  expect(metrics.map(({ name }) => name)).toEqual(['sample.locks', 'sample.server', 'sample.tables'])
  expect(attributes.map(({ name }) => name)).toEqual(['kind'])
  expect(telemetry.metrics.map(({ name }) => name)).toEqual(['sample_queries'])
})
