import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { loadMetadata } from '../../src/metadata/load.ts'
import { parseYaml } from '../../src/yaml/document.ts'
import type { Fault } from '../../src/yaml/fault.ts'

const root = join(import.meta.dirname, '../..')

const ways: readonly ((line: string) => string)[] = [
  (line) => line.replace(/^ +/, '\t'),
  (line) => `\t${line}`,
  (line) => line.replace(/^( +)/, '$1\t'),
]

/** A copy of the metadata, to change one of its files. */
function copyOfTheMetadata() {
  const folder = mkdtempSync(join(tmpdir(), 'tabs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = globSync(['metadata.yaml', 'metadata/*.yaml'], { cwd: root })
  for (const file of files) cpSync(join(root, file), join(folder, file))
  const main = join(folder, 'metadata.yaml')
  /** The faults of the whole, while one file has another text. */
  const faults = (file: string, text: string): readonly Fault[] => {
    const before = readFileSync(join(folder, file), 'utf8')
    const parsed = parseYaml(file, text)
    if (parsed.kind === 'faults') return parsed.faults
    const same = parseYaml(file, before)
    if (same.kind === 'ok' && isDeepStrictEqual(same.document.value, parsed.document.value)) return []
    writeFileSync(join(folder, file), text)
    const loaded = loadMetadata(main, readFileSync(main, 'utf8'))
    writeFileSync(join(folder, file), before)
    return loaded.kind === 'faults' ? loaded.faults : []
  }
  return { folder, files, faults }
}

test('a tab in place of blanks, wherever it stands in the metadata, is one fault at most', () => {
  const { folder, files, faults } = copyOfTheMetadata()
  const counts = new Set<number>()
  const places = new Set<string>()
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const lines = text.split('\n')
    for (let at = 3; at < lines.length; at += 23) {
      for (const [index, way] of ways.entries()) {
        const changed = lines.with(at, way(lines[at] ?? '')).join('\n')
        const found = changed === text ? [] : faults(file, changed)
        if (found.length === 0) continue
        counts.add(found.length)
        const [fault] = found
        if (fault?.message === 'not valid YAML: Tabs are not allowed as indentation')
          places.add(
            fault.position.line === at + 1 ? 'there' : `${file} ${index}: ${at + 1}, said ${fault.position.line}`,
          )
      }
    }
  }
  expect([...counts]).toEqual([1])
  expect([...places]).toEqual(['there'])
}, 240_000)
