import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { delivery } from './delivery/delivery.ts'
import { encode } from './encode/encode.ts'
import { memory } from './memory/memory.ts'
import { scrape } from './scrape/scrape.ts'
import { sessions } from './sessions/sessions.ts'
import { statements } from './statements/statements.ts'
import { type Report, renderReport } from './table.ts'

const benchmarks: Readonly<Record<string, () => Promise<readonly Report[]>>> = {
  delivery,
  encode: async () => [await encode()],
  memory: async () => [await memory()],
  scrape,
  sessions,
  statements,
}
const document = join(import.meta.dirname, '..', 'docs', 'benchmarks.md')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
})
const names = positionals.length === 0 ? Object.keys(benchmarks) : positionals
for (const name of names) {
  const run = benchmarks[name]
  if (run === undefined) throw new Error(`unknown benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}`)
  const text = (await run()).map(renderReport).join('\n')
  process.stdout.write(`${text}\n`)
  if (values.write) await replaceSection(name, `${machine()}\n\n${text}`)
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${gigabytes} GiB, Node ${process.versions.node}, ${process.platform}.`
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
async function replaceSection(name: string, text: string): Promise<void> {
  const before = await readFile(document, 'utf8')
  const [start, end] = [before.indexOf(`<!-- ${name} -->`), before.indexOf(`<!-- /${name} -->`)]
  if (start < 0 || end < 0) throw new Error(`docs/benchmarks.md has no place for "${name}"`)
  await writeFile(document, `${before.slice(0, start)}<!-- ${name} -->\n${text}\n${before.slice(end)}`)
}
