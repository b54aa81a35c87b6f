import { expect, test } from 'vitest'
import { readByCode } from '../../generated/postgresql/queries.ts'
import { sourceFiles } from './support/source-files.ts'

const generated = await sourceFiles('generated')
const code = (await sourceFiles('src')).map(({ text }) => text).join('\n')

/** What a generated file offers: its exports, and the methods of its classes. */
function offered(text: string): string[] {
  const exported = text.matchAll(/^export (?:const|class|function|interface|type) (\w+)/gm)
  const methods = text.matchAll(/^ {2}(record\w+)\(/gm)
  return [...exported, ...methods].flatMap(([, name]) => name ?? [])
}

test('nothing is generated that nobody uses', () => {
  // Of the project's code, of another generated file, or of the rest of its own.
  const uses = (name: string) =>
    [code, ...generated.map(({ text }) => text)].join('\n').match(new RegExp(`\\b${name}\\b`, 'g'))
  const unused = generated.flatMap(({ path, text }) =>
    offered(text)
      .filter((name) => uses(name)?.length === 1)
      .map((name) => `${path}: ${name}`),
  )
  expect(generated.flatMap(({ text }) => offered(text)).length).toBeGreaterThan(30)
  expect(unused).toEqual([])
})

test('every instrument that is generated is recorded', () => {
  const instruments = generated
    .filter(({ path }) => path.endsWith('/telemetry.ts'))
    .flatMap(({ text }) => [...text.matchAll(/^ {4}(\w+): meter\.create/gm)].flatMap(([, name]) => name ?? []))
  expect(instruments.length).toBeGreaterThan(30)
  expect(instruments.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
})

test('every column that is said to be read by code is', () => {
  const names = Object.entries(readByCode).flatMap(([query, columns]) =>
    Object.keys(columns).map((column) => `readByCode.${query}.${column}`),
  )
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`).test(code))).toEqual([])
})
