import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/loading/load-config.ts'
import { faultsOf, load } from '../support/config-files.ts'

test('a later file is merged over an earlier one: maps deep, lists replaced, a bare key erases', async () => {
  const raw = await load([
    'receivers: {postgresql: {endpoint: "a:1", databases: [x, y]}}\nprocessors: {batch: {}}\n',
    'receivers:\n  postgresql:\n    username: u\n    databases: [z]\nprocessors:\n',
  ])
  expect(raw.value).toEqual({ receivers: { postgresql: { endpoint: 'a:1', databases: ['z'], username: 'u' } } })
})

test('a value knows its file, line and column, also after a merge', async () => {
  const raw = await load(['a:\n  b: 1\n', 'a:\n  c: 2\n  d:\n    - 7\n'])
  const place = ({ file, line, column }: ReturnType<typeof raw.position>) => `${file.slice(-6)}:${line}:${column}`
  expect(place(raw.position(['a', 'b']))).toBe('1.yaml:2:6')
  expect(place(raw.keyPosition(['a', 'c']))).toBe('2.yaml:2:3')
  expect(place(raw.position(['a', 'd', 0]))).toBe('2.yaml:4:7')
  expect(place(raw.position(['a', 'b', 'nothing']))).toBe('1.yaml:2:6')
})

test('an alias and a merge key stand for what they name, and keep its place', async () => {
  const raw = await load(['base: &base\n  user: u\n  port: 1\nreceiver:\n  <<: *base\n  port: 2\n'])
  expect(raw.value).toMatchObject({ receiver: { user: 'u', port: 2 } })
  expect(raw.position(['receiver', 'user'])).toMatchObject({ line: 2, column: 9 })
  expect(raw.position(['receiver', 'port'])).toMatchObject({ line: 6, column: 9 })
})

test('--set wins over every file, its value is YAML, and its place is told', async () => {
  const raw = await load(['receivers: {postgresql/a.b: {endpoint: "a:1", on: false}}\n'], {
    sets: ['receivers."postgresql/a.b".endpoint=b:2', 'receivers."postgresql/a.b".on=true', 'new.list=[1, two]'],
  })
  expect(raw.value).toEqual({
    receivers: { 'postgresql/a.b': { endpoint: 'b:2', on: true } },
    new: { list: [1, 'two'] },
  })
  expect(raw.position(['new', 'list'])).toEqual({ file: '--set', line: 3, column: 10 })
})

test('--set with nothing behind the = erases', async () => {
  expect((await load(['a: {b: 1, c: 2}'], { sets: ['a.b='] })).value).toEqual({ a: { c: 2 } })
})

for (const text of ['a.b', '=1', '.a=1', 'a..b=1', 'a.=1', '"a=1', 'a"b"=1', '__proto__.x=1']) {
  test(`--set ${text} is refused with an example, and not repeated`, async () => {
    const [line, ...more] = await faultsOf(['a: {}'], { sets: [text] })
    expect(more).toEqual([])
    expect(line).toBe(
      '--set:1:1: expected path=value, such as receivers.postgresql.endpoint=localhost:5432 (a name with dots in it: receivers."postgresql/a.b".endpoint)',
    )
  })
}

test('a --set whose value is no YAML is told with its path', async () => {
  expect(await faultsOf(['a: {}'], { sets: ['a.b=1', 'a.b=[1'] })).toEqual([
    expect.stringMatching(/^--set:2:5: a::b: not valid YAML: /),
  ])
})

for (const { name, text, expected } of [
  {
    name: 'an empty file',
    text: '',
    expected: '1.yaml:1:1: the configuration is empty; it needs receivers, exporters and service',
  },
  {
    name: 'a list',
    text: '- a',
    expected: '1.yaml:1:1: the configuration must be a map of receivers, exporters and service',
  },
  {
    name: 'a duplicate key',
    text: 'a: 1\nb: 2\na: 3',
    expected: '1.yaml:3:1: not valid YAML: this key stands in the same map a second time; keep one of them',
  },
  {
    name: 'an unknown tag',
    text: 'a: !hunter2 x',
    expected: '1.yaml:1:4: not valid YAML: an unknown tag; quote text that starts with !',
  },
  {
    name: 'an alias without its anchor',
    text: 'a:\n  b: *hunter2',
    expected: '1.yaml:2:6: not valid YAML: an alias without its anchor; quote text that starts with *',
  },
  {
    name: 'a reserved character',
    text: 'a: @hunter2',
    expected: '1.yaml:1:4: not valid YAML: text that starts with a reserved character; quote it',
  },
  { name: 'a key that is a map', text: '? {a: 1}\n: 2', expected: '1.yaml:1:3: not valid YAML: a key must be text' },
  {
    name: 'text behind a quote',
    text: "a: 'x' hunter2",
    expected:
      '1.yaml:1:8: not valid YAML: something stands here that does not belong; check the indentation, or quote the text',
  },
  {
    name: 'a reference within braces',
    text: `a: {b: \${env:X}}`,
    expected: `1.yaml:1:9: not valid YAML: something stands here that does not belong; check the indentation, or quote the text (within {} and [], put quotes around "\${...}")`,
  },
]) {
  test(`${name} is told with its place and without its text`, async () => {
    expect(await faultsOf([text])).toEqual([expected])
  })
}

test('files that are not there are told together, sorted', async () => {
  const loading = loadConfig({
    files: ['/nowhere/b.yaml', '/nowhere/a.yaml'],
    sets: [],
    env: {},
    readFile: (path) => readFile(path, 'utf8'),
  })
  await expect(loading).rejects.toThrow(
    [
      "/nowhere/a.yaml: can't read the configuration: there is no such file",
      "/nowhere/b.yaml: can't read the configuration: there is no such file",
    ].join('\n'),
  )
})
