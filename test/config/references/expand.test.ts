// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references look like placeholders
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkConfig } from '../../../src/config/loading/check-config.ts'
import { faultsOf, load } from '../support/config-files.ts'

const env = {
  HOST: 'db.example.com',
  PORT: '6432',
  ON: 'true',
  PIN: '0123',
  NAME: 'HOST',
  EMPTY: '',
  DOLLARS: 'a$$b${c}',
}

for (const { text, expected } of [
  { text: '${env:HOST}', expected: 'db.example.com' },
  { text: '${HOST}', expected: 'db.example.com' },
  { text: '${env:PORT}', expected: 6432 },
  { text: '"${env:ON}"', expected: true },
  { text: '${env:HOST}:${env:PORT}', expected: 'db.example.com:6432' },
  { text: '${env:NONE:-30s}', expected: '30s' },
  { text: '${NONE:-7}', expected: 7 },
  { text: '${env:NONE:-}', expected: null },
  { text: '${env:EMPTY:-30s}', expected: null },
  { text: '${env:HOST:-${env:NONE}}', expected: 'db.example.com' },
  { text: '${env:NONE:-${env:HOST}}', expected: 'db.example.com' },
  { text: '${env:${env:NAME}}', expected: 'db.example.com' },
  { text: '${env:P${env:NONE:-ORT}}', expected: 6432 },
  { text: '${env:DOLLARS}', expected: 'a$$b${c}' },
  { text: '$${env:HOST}', expected: '${env:HOST}' },
  { text: 'pa$$word', expected: 'pa$word' },
  { text: 'pa$word$', expected: 'pa$word$' },
  { text: '$$$$', expected: '$$' },
]) {
  test(`${text} becomes ${JSON.stringify(expected)}`, async () => {
    expect((await load([`a: ${text}`], { env })).value).toEqual({ a: expected })
  })
}

test('a reference keeps its text where the schema wants a string, and its type elsewhere', async () => {
  const raw = await load(
    [
      'a: ${env:PIN}\nb: ${env:PIN}\nc: [${env:PIN}]\nd: ${env:EMPTY}\n'
        .replaceAll('[$', '["$')
        .replaceAll('}]', '}"]'),
    ],
    { env },
  )
  const schema = z.strictObject({
    a: z.string(),
    b: z.number(),
    c: z.array(z.union([z.boolean(), z.string()])),
    d: z.string(),
  })
  expect(checkConfig(schema, raw, [])).toEqual({ kind: 'ok', value: { a: '0123', b: 123, c: ['0123'], d: '' } })
})

for (const password of [
  '0123',
  'true',
  'null',
  '~',
  '',
  '[a, b]',
  '{a: 1}',
  'a: b',
  '# no comment',
  '*alias',
  '"quoted"',
  '1e3',
  '${x}',
  'a$$b',
  '- a',
]) {
  test(`a password ${JSON.stringify(password)} from the environment arrives as it is`, async () => {
    const raw = await load(['a: ${env:PASSWORD}'], { env: { PASSWORD: password } })
    expect(checkConfig(z.strictObject({ a: z.string() }), raw, [])).toEqual({ kind: 'ok', value: { a: password } })
  })
}

test('a file loses one newline at its end, and is looked for beside the configuration', async () => {
  const raw = await load(['a: ${file:one}\nb: "x${file:./two}y"\nc: ${file:windows}\n'], {
    files: { one: 'secret\n', two: 'two\n\n', windows: 'w\r\n' },
  })
  expect(raw.value).toEqual({ a: 'secret', b: 'xtwo\ny', c: 'w' })
})

test('a file of YAML is configuration: its references are expanded and its places are told', async () => {
  const raw = await load(['receivers: ${file:${env:WHICH}.yaml}\n', 'receivers: {postgresql: {b: 2}}'], {
    env: { WHICH: 'receivers', HOST: 'h' },
    files: { 'receivers.yaml': 'postgresql:\n  a: ${env:HOST}\n' },
  })
  expect(raw.value).toEqual({ receivers: { postgresql: { a: 'h', b: 2 } } })
  expect(raw.position(['receivers', 'postgresql', 'a']).file).toMatch(/receivers\.yaml$/)
})

for (const { text, expected } of [
  { text: '${env:NONE}', expected: 'the environment variable NONE is not set; set it, or write ${env:NONE:-default}' },
  { text: 'x${NONE}', expected: 'the environment variable NONE is not set; set it, or write ${env:NONE:-default}' },
  {
    text: '${env:A_${env:HOST}}',
    expected: 'what stands between ${ and } is not the name of an environment variable (write $${ for the text itself)',
  },
  {
    text: '${env:A_${env:PORT}}',
    expected: 'the environment variable A_${env:PORT} is not set; set it, or write ${env:A_${env:PORT}:-default}',
  },
  {
    text: '${env:hunter-2}',
    expected: 'what stands between ${ and } is not the name of an environment variable (write $${ for the text itself)',
  },
  { text: '${env:HOST', expected: 'a reference starts with ${ and has no }; write $${ for the text itself' },
  {
    text: '${hunter2:x}',
    expected: 'unknown kind of reference (known are ${env:NAME} and ${file:path}; write $${ for the text itself)',
  },
  {
    text: '${envv:x}',
    expected:
      'unknown kind of reference (known are ${env:NAME} and ${file:path}; write $${ for the text itself); did you mean ${env:...}?',
  },
  { text: '${file:none.txt}', expected: "can't read the file none.txt: there is no such file" },
  { text: '${file:.}', expected: "can't read the file .: it is a directory" },
  { text: '${file:loop.yaml}', expected: 'files refer to each other more than 100 deep' },
  { text: `${'${env:'.repeat(101)}X${'}'.repeat(101)}`, expected: 'references are nested more than 100 deep' },
]) {
  test(`${text.slice(0, 30)} is told: ${expected}`, async () => {
    const faults = await faultsOf([`a:\n  - 1\n  - b: ${text}`], { env, files: { 'loop.yaml': '- ${file:loop.yaml}' } })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^(?:1\.yaml:3:8|loop\.yaml:1:3): a::1::b/)
    expect(faults[0]?.endsWith(`: ${expected}`)).toBe(true)
  })
}

test('every missing variable is told, also two in one text', async () => {
  expect(await faultsOf(['a: ${ONE}\nb: ${TWO}-${THREE}'])).toEqual([
    '1.yaml:1:4: a: the environment variable ONE is not set; set it, or write ${env:ONE:-default}',
    '1.yaml:2:4: b: the environment variable TWO is not set; set it, or write ${env:TWO:-default}',
    '1.yaml:2:4: b: the environment variable THREE is not set; set it, or write ${env:THREE:-default}',
  ])
})

test('a missing variable that later configuration replaces is no fault', async () => {
  const raw = await load(['a: ${NONE}\nb: ${NONE}', 'b: 2'], { sets: ['a=1'] })
  expect(raw.value).toEqual({ a: 1, b: 2 })
})

test('a broken YAML file that a reference names is told with its own place', async () => {
  expect(await faultsOf(['a: ${file:x.yaml}'], { files: { 'x.yaml': 'b: 1\nc: [2' } })).toEqual([
    expect.stringMatching(/^x\.yaml:2:\d+: a: not valid YAML: /),
  ])
})
