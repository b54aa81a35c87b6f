import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { byteSize } from '../../../src/config/byte-size.ts'
import { positiveDuration } from '../../../src/config/duration.ts'
import { checkConfig } from '../../../src/config/loading/check-config.ts'
import { ConfigError } from '../../../src/config/loading/config-error.ts'
import { Secret, secret } from '../../../src/config/secret.ts'
import { load, loadIn, withoutFolder } from '../support/config-files.ts'

const toggle = z.strictObject({ enabled: z.boolean() })
const schema = z
  .strictObject({
    endpoint: z.string().default('localhost:5432'),
    transport: z.enum(['tcp', 'unix']).default('tcp'),
    password: secret.optional(),
    collection_interval: positiveDuration.prefault('30s'),
    max_size: byteSize.prefault('64MiB'),
    databases: z.array(z.string()).max(2).default([]),
    connections: z.int().min(1).max(9).default(1),
    tls: z.strictObject({ insecure: z.boolean().default(false), ca_file: z.string().optional() }).prefault({}),
    metrics: z.partialRecord(z.enum(['postgresql.commits', 'postgresql.rollbacks']), toggle).default({}),
    intervals: z.record(z.string(), positiveDuration).default({}),
    rules: z.array(toggle).default([]),
    queue: z.union([z.boolean(), z.strictObject({ directory: z.string(), token: secret.optional() })]).default(true),
  })
  .refine((config) => !config.databases.includes('template0'), {
    path: ['databases'],
    error: (issue) => `holds what ${JSON.stringify(issue.input)} must not`,
  })

const prefix = ['receivers', 'postgresql']

async function faults(yaml: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const indented = yaml.replace(/^/gm, '    ')
  const checked = checkConfig(schema, await load([`receivers:\n  postgresql:\n${indented}`], { env }), prefix)
  return checked.kind === 'ok' ? [] : withoutFolder(new ConfigError(checked.faults).message)
}

test('a bare key and an absent one are configured with the defaults', async () => {
  const raw = await load(['receivers:\n  postgresql:\n'])
  for (const path of [prefix, ['receivers', 'postgresql/other']]) {
    expect(checkConfig(schema, raw, path)).toMatchObject({
      kind: 'ok',
      value: {
        endpoint: 'localhost:5432',
        collection_interval: 30_000,
        max_size: 67_108_864,
        tls: { insecure: false },
      },
    })
  }
})

test('a secret becomes a Secret, and a bare key within is not set', async () => {
  const raw = await load(['receivers:\n  postgresql:\n    password: hunter2\n    endpoint:\n'])
  expect(checkConfig(schema, raw, prefix)).toMatchObject({
    kind: 'ok',
    value: { password: new Secret('hunter2'), endpoint: 'localhost:5432' },
  })
})

for (const { yaml, expected } of [
  {
    yaml: 'endpont: x',
    expected: '3:5: receivers::postgresql::endpont: unknown key "endpont"; did you mean "endpoint"?',
  },
  {
    yaml: 'tls:\n  insecur: true',
    expected: '4:7: receivers::postgresql::tls::insecur: unknown key "insecur"; did you mean "insecure"?',
  },
  {
    yaml: 'tls: {qqqqqqqq: 1}',
    expected: '3:11: receivers::postgresql::tls::qqqqqqqq: unknown key "qqqqqqqq"; known are ca_file, insecure',
  },
  {
    yaml: 'metrics:\n  postgresql.commit: {enabled: true}',
    expected:
      '4:7: receivers::postgresql::metrics::postgresql.commit: unknown key "postgresql.commit"; did you mean "postgresql.commits"?',
  },
  {
    yaml: 'metrics:\n  postgresql.commits: {enable: true, enabled: true}',
    expected:
      '4:28: receivers::postgresql::metrics::postgresql.commits::enable: unknown key "enable"; did you mean "enabled"?',
  },
  {
    yaml: 'rules:\n  - enabled: true\n  - {enabled: true, enabledd: 1}',
    expected: '5:25: receivers::postgresql::rules::1::enabledd: unknown key "enabledd"; did you mean "enabled"?',
  },
  {
    yaml: 'queue: {directory: /x, directry: /y}',
    expected: '3:28: receivers::postgresql::queue::directry: unknown key "directry"; did you mean "directory"?',
  },
  { yaml: 'queue: {}', expected: '3:5: receivers::postgresql::queue::directory: is required (expected string)' },
  { yaml: 'queue: 5', expected: '3:12: receivers::postgresql::queue: expected boolean or map, found 5' },
  { yaml: 'rules: [{}]', expected: '3:13: receivers::postgresql::rules::0::enabled: is required (expected boolean)' },
  {
    yaml: 'transport: udp',
    expected: '3:16: receivers::postgresql::transport: expected one of tcp, unix, found "udp"',
  },
  { yaml: 'endpoint: 5432', expected: '3:15: receivers::postgresql::endpoint: expected string, found 5432' },
  { yaml: 'endpoint: [a]', expected: '3:15: receivers::postgresql::endpoint: expected string, found a list of 1' },
  { yaml: 'connections: 12', expected: '3:18: receivers::postgresql::connections: expected at most 9, found 12' },
  { yaml: 'connections: 0', expected: '3:18: receivers::postgresql::connections: expected at least 1, found 0' },
  {
    yaml: 'databases: [a, b, c]',
    expected: '3:16: receivers::postgresql::databases: expected at most 2 entries, found a list of 3',
  },
  {
    yaml: 'databases: x',
    expected: '3:16: receivers::postgresql::databases: expected list, found a text that is not shown',
  },
  { yaml: 'tls: hunter2', expected: '3:10: receivers::postgresql::tls: expected map, found a text that is not shown' },
  {
    yaml: 'collection_interval: 5 minutes',
    expected:
      '3:26: receivers::postgresql::collection_interval: expected a duration such as 30s, 5m or 1h30m, found "5 minutes"',
  },
  {
    yaml: 'collection_interval: 30',
    expected:
      '3:26: receivers::postgresql::collection_interval: expected a duration such as 30s, 5m or 1h30m, found 30',
  },
  {
    yaml: 'collection_interval: 0s',
    expected: '3:26: receivers::postgresql::collection_interval: requires positive value',
  },
  {
    yaml: 'collection_interval: [1]',
    expected: '3:26: receivers::postgresql::collection_interval: expected string or number, found a list of 1',
  },
  {
    yaml: 'intervals: {table: soon}',
    expected:
      '3:24: receivers::postgresql::intervals::table: expected a duration such as 30s, 5m or 1h30m, found "soon"',
  },
  {
    yaml: 'max_size: 5 apples',
    expected:
      '3:15: receivers::postgresql::max_size: expected a size such as 512MiB, 1GB or 4096 (bytes), found "5 apples"',
  },
  {
    yaml: 'password: [hunter2]',
    expected: '3:15: receivers::postgresql::password: expected string, found a list that is not shown',
  },
  {
    yaml: 'password: 12345',
    expected: '3:15: receivers::postgresql::password: expected string, found a number that is not shown',
  },
  {
    yaml: 'password: ""',
    expected:
      '3:15: receivers::postgresql::password: must not be empty; leave the key out if there is none, or check the variable that it comes from',
  },
  {
    yaml: 'queue: {directory: 1, token: hunter2}',
    expected: '3:24: receivers::postgresql::queue::directory: expected string, found 1',
  },
  {
    yaml: 'queue: [{token: hunter2}]',
    expected: '3:12: receivers::postgresql::queue: expected boolean or map, found a list of 1',
  },
]) {
  test(`${yaml.replace(/\n */g, ' ')}: ${expected.replace(/.*?: .*?: /, '')}`, async () => {
    expect(await faults(yaml)).toEqual([`1.yaml:${expected}`])
  })
}

test('all faults are told at once, in the order of the file', async () => {
  expect(await faults('transport: udp\nendpont: x\ntls:\n  insecure: 7\n')).toEqual([
    '1.yaml:3:16: receivers::postgresql::transport: expected one of tcp, unix, found "udp"',
    '1.yaml:4:5: receivers::postgresql::endpont: unknown key "endpont"; did you mean "endpoint"?',
    '1.yaml:6:17: receivers::postgresql::tls::insecure: expected boolean, found 7',
  ])
})

test('what comes from the environment is not shown, nor the keys of a map that does', async () => {
  const env = { BAD: 'hunter2', MAP: '{hunter2: 1}', LIST: '[template0, hunter2]' }
  const ref = (name: string): string => `\${env:${name}}`
  expect(
    await faults(`transport: ${ref('BAD')}\nconnections: ${ref('BAD')}\nintervals: {table: "x${ref('BAD')}"}`, env),
  ).toEqual([
    '1.yaml:3:16: receivers::postgresql::transport: expected one of tcp, unix, found a text that is not shown',
    '1.yaml:4:18: receivers::postgresql::connections: expected number, found a text that is not shown',
    '1.yaml:5:24: receivers::postgresql::intervals::table: expected a duration such as 30s, 5m or 1h30m, found a text that is not shown',
  ])
  expect(await faults(`tls: ${ref('MAP')}`, env)).toEqual([
    '1.yaml:3:10: receivers::postgresql::tls: holds something that does not fit here and is not shown',
  ])
  // A message that a schema makes of its input.
  expect(await faults(`databases: ${ref('LIST')}`, env)).toEqual([
    '1.yaml:3:16: receivers::postgresql::databases: holds what {"endpoint":"localhost:5432","transport":"tcp","collection_interval":30000,"max_size":67108864,"databases":["[redacted]","[redacted]"],"connections":1,"tls":{"insecure":false},"metrics":{},"intervals":{},"rules":[],"queue":true} must not',
  ])
})

test('a random secret is in no message, whatever else is wrong', async () => {
  const wrongs = [
    (s: string) => ({ password: [s] }),
    (s: string) => ({ password: { nested: s } }),
    (s: string) => ({ password: s, endpoint: 7 }),
    (s: string) => ({ password: s, databases: ['template0'] }),
    (s: string) => ({ passwrd: s }),
    (s: string) => ({ queue: { token: s } }),
    (s: string) => ({ queue: { token: s, directory: [s.length] } }),
    (s: string) => ({ queue: { token: [s], directory: '/x' } }),
    (s: string) => ({ queue: [{ token: s }] }),
    (s: string) => ({ tls: s }),
    (s: string) => ({ rules: s }),
    (s: string) => ({ unknown: { deep: s } }),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'cfg-'))
  try {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 6, maxLength: 30 }), fc.constantFrom(...wrongs), async (text, wrong) => {
        const value = `s3${text}`
        const raw = await loadIn(folder, [
          JSON.stringify({ receivers: { postgresql: wrong(value.replaceAll('$', '$$$$')) } }),
        ])
        const checked = checkConfig(schema, raw, prefix)
        if (checked.kind === 'ok') throw new Error('the configuration was accepted')
        const { message } = new ConfigError(checked.faults)
        expect(message).not.toContain(value)
        expect(message).not.toContain(JSON.stringify(value).slice(1, -1))
      }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 6, maxLength: 30 }),
        fc.constantFrom(...Object.keys(schema.shape)),
        async (text, key) => {
          const value = `s3${text.replaceAll('\0', '')}`
          const raw = await loadIn(folder, [`receivers: {postgresql: {rulez: 1, ${key}: "\${env:X}"}}`], {
            env: { X: value },
          })
          const checked = checkConfig(schema, raw, prefix)
          if (checked.kind === 'ok') throw new Error('the configuration was accepted')
          expect(new ConfigError(checked.faults).message).not.toContain(value)
        },
      ),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
