import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadMetadata } from '../../src/metadata/load.ts'

const ways: readonly ((line: string) => string)[] = [
  (line) => line.replace(/^ +/, '\t'),
  (line) => `\t${line}`,
  (line) => line.replace(/^( +)/, '$1\t'),
]

test('a tab in place of blanks, wherever it stands in metadata.yaml, is one fault at most', async () => {
  const text = await readFile(join(import.meta.dirname, '../../metadata.yaml'), 'utf8')
  const lines = text.split('\n')
  const counts = new Set<number>()
  const places = new Set<string>()
  for (let at = 3; at < lines.length; at += 23) {
    for (const [index, way] of ways.entries()) {
      const changed = lines.with(at, way(lines[at] ?? '')).join('\n')
      const loaded = changed === text ? undefined : loadMetadata('m.yaml', changed)
      if (loaded?.kind !== 'faults') continue
      counts.add(loaded.faults.length)
      const [fault] = loaded.faults
      if (fault?.message === 'not valid YAML: Tabs are not allowed as indentation')
        places.add(fault.position.line === at + 1 ? 'there' : `${index}: ${at + 1}, said ${fault.position.line}`)
    }
  }
  expect([...counts]).toEqual([1])
  expect([...places]).toEqual(['there'])
}, 240_000)
