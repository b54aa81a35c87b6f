import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { loadMetadata } from '../src/metadata/load.ts'
import { renderFault } from '../src/yaml/fault.ts'
import { components } from './components.ts'
import { generate } from './generate.ts'
import { withKeyTables } from './grammar-documentation.ts'
import { drift, write } from './output.ts'

/** Where the keys of the metadata's grammar are explained. */
const grammarReference = 'docs/metadata.md'

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    metadata: { type: 'string' },
    out: { type: 'string' },
  },
})

process.exitCode = await main()

/** @returns the exit code */
async function main(): Promise<number> {
  const { check, metadata, out } = options
  if (metadata !== undefined && out !== undefined) return run({ check, file: metadata, out })
  if (metadata !== undefined || out !== undefined) {
    console.error('--metadata FILE and --out FOLDER go together; without both, all components are generated')
    return 1
  }
  const codes: number[] = []
  for (const component of components) codes.push(await run({ check, file: component.metadata, out: component.out }))
  return Math.max(...codes, await documentGrammar(check))
}

/** Writes the tables of keys in the reference of the metadata. @returns the exit code */
async function documentGrammar(check: boolean): Promise<number> {
  const text = await readFile(grammarReference, 'utf8')
  const made = withKeyTables(text)
  if (made === text) {
    console.log(`${grammarReference}: up to date with the grammar`)
    return 0
  }
  if (!check) await writeFile(grammarReference, made)
  console.log(
    `${grammarReference}: ${check ? 'differs from the grammar; run `npm run generate` and commit what it writes' : 'written'}`,
  )
  return check ? 1 : 0
}

interface Run {
  readonly check: boolean
  readonly file: string
  readonly out: string
}

/** @returns the exit code */
async function run({ check, file, out }: Run): Promise<number> {
  const loaded = loadMetadata(file, await readFile(file, 'utf8'))
  const faults = loaded.kind === 'faults' ? loaded.faults : loaded.unrendered
  if (loaded.kind === 'faults' || faults.length > 0) {
    for (const fault of faults) console.error(renderFault(fault))
    console.error(`${file}: ${faults.length} faults, nothing written`)
    return 1
  }
  const files = await generate(loaded.metadata, file, out)
  const found = await drift(out, files)
  if (found.changed.length + found.stale.length === 0) {
    console.log(`${out}: up to date with ${file}`)
    return 0
  }
  if (!check) await write(out, files, found)
  for (const name of found.changed)
    console.log(check ? `${out}/${name}: differs from ${file}` : `${out}/${name}: written`)
  for (const name of found.stale) console.log(check ? `${out}/${name}: not generated` : `${out}/${name}: removed`)
  if (check) console.log('run `npm run generate` and commit what it writes')
  return check ? 1 : 0
}
