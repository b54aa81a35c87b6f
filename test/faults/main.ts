import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { startVitest } from 'vitest/node'
import { mergeFaults, renderFaults } from './support/fault-table.ts'
import { TableReporter } from './table-reporter.ts'

/*
 * `npm run faults`: runs the suite with 50 kills, and prints its table at the end. OTELEPHANT_LONG=1 for many more;
 * OTELEPHANT_FAULT_TABLE=docs/reliability.md puts the table between that file's markers as well.
 */
const markers = /(?<=<!-- faults -->\n)[\s\S]*(?=<!-- \/faults -->)/

// The workers inherit it.
process.env['OTELEPHANT_FAULT_SUITE'] = '1'
const reporter = new TableReporter()
const vitest = await startVitest(['test/faults'], { watch: false, reporters: ['default', reporter] })
const table = renderFaults(mergeFaults(reporter.rows))
process.stdout.write(`\n${table}\n`)
const file = process.env['OTELEPHANT_FAULT_TABLE']
if (file !== undefined) {
  const text = await readFile(file, 'utf8')
  if (!markers.test(text))
    throw new Error(`${file} has no <!-- faults --> and <!-- /faults --> to put the table between`)
  await writeFile(
    file,
    text.replace(markers, () => `${table}\n`),
  )
}
await vitest.close()
