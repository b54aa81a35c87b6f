import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const most = 16

/** A place that the list of hops names: a file and what in it does the work. */
interface Place {
  readonly path: string
  readonly name: string
}

const page = await readFile(join(root, 'docs/architecture.md'), 'utf8')
const section = page.split('\n## ').find((part) => part.startsWith('The hops of a data point\n')) ?? ''
const hops = section.split('\n').filter((line) => /^\d+\. /.test(line))

function placesIn(line: string): Place[] {
  return [...line.matchAll(/`(src\/[\w./-]+)` `(#?\w+)`/g)].map(([, path = '', name = '']) => ({ path, name }))
}

/** Whether the text defines that function or method. */
function defines(text: string, name: string): boolean {
  return new RegExp(
    `^(?:export )?(?:async )?function\\*? ${name}[(<]|^  (?:async )?\\*?${name}(?:<\\w+>)?\\((?!.*;$)`,
    'm',
  ).test(text)
}

test('a data point takes at most 16 hops from SQL to wire, and each has a reason', () => {
  expect(hops.map((line) => Number.parseInt(line, 10))).toEqual(hops.map((_, index) => index + 1))
  expect(hops.length).toBeGreaterThan(10)
  expect(hops.length).toBeLessThanOrEqual(most)
  expect(hops.filter((line) => placesIn(line).length === 0 || !/`: \w.{20}/.test(line))).toEqual([])
})

test('each file and function that the list of hops names is there', async () => {
  const places = hops.flatMap(placesIn)
  const lost: Place[] = []
  for (const place of places) {
    const file = join(root, place.path)
    if (!existsSync(file) || !defines(await readFile(file, 'utf8'), place.name)) lost.push(place)
  }
  expect(lost).toEqual([])
  expect(defines('function other() {}\n', 'read')).toBe(false)
})
