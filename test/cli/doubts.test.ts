import { expect, test } from 'vitest'
import { folderWith, run } from './support/otelephant.ts'
import { licenseKey, password } from './support/secrets.ts'

const good = `receivers:
  postgresql: {endpoint: "127.0.0.1:1", username: monitor, password: ${password}}
exporters:
  newrelic: {endpoint: "http://127.0.0.1:1", api_key: ${licenseKey}}
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
  telemetry: {logs: {encoding: json}}
`
const reference = (to: string) => `\${${to}}`
const takenAsItIs = `looks like a variable of a shell, and is taken as it stands; write ${reference('env:NAME')} for the variable, or $$ for a dollar`
const noKey = "doesn't look like a license key (ingest): those are 40 letters and digits"

interface Case {
  readonly name: string
  readonly was: string
  readonly is: string
  readonly warnings: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'nothing', was: 'monitor', is: 'monitor', warnings: [] },
  {
    name: 'a password that looks like a variable',
    was: password,
    is: '$PGPASSWORD',
    warnings: [`otelephant.yaml:2:70: receivers::postgresql::password: ${takenAsItIs}`],
  },
  {
    name: 'a password of small letters',
    was: password,
    is: '$secret',
    warnings: [`otelephant.yaml:2:70: receivers::postgresql::password: ${takenAsItIs}`],
  },
  {
    name: 'an endpoint that begins with one',
    was: '"127.0.0.1:1"',
    is: '"$PGHOST:5432"',
    warnings: [`otelephant.yaml:2:26: receivers::postgresql::endpoint: ${takenAsItIs}`],
  },
  { name: 'a dollar that was meant', was: password, is: '$$secret', warnings: [] },
  { name: 'a dollar elsewhere in a password', was: password, is: 'a$PGPASSWORD', warnings: [] },
  { name: 'a dollar before more than a name', was: password, is: '$hunter-2', warnings: [] },
  {
    name: 'a license key that is too short',
    was: licenseKey,
    is: 'abc',
    warnings: [`otelephant.yaml:4:55: exporters::newrelic::api_key: ${noKey}`],
  },
  { name: 'a license key of the EU', was: licenseKey, is: `eu01xx${'5f'.repeat(15)}NRAL`, warnings: [] },
  { name: 'a license key of the old form', was: licenseKey, is: '5f'.repeat(20), warnings: [] },
]

test.each(cases)('$name: validate warns, without the value, and exits with 0', async ({ was, is, warnings }) => {
  expect(good).toContain(was)
  const cwd = await folderWith({ 'otelephant.yaml': good.replace(was, () => is) })
  const { code, stdout, stderr } = await run(['validate', '-c', 'otelephant.yaml'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(
    `${warnings.map((warning) => `Warning: ${warning}\n`).join('')}postgresql (metrics) -> newrelic\nThe configuration is valid.\n`,
  )
})

test('run says it in its log', async () => {
  const cwd = await folderWith({ 'otelephant.yaml': good.replace(password, () => '$PGPASSWORD') })
  const { code, stderr } = await run(['run', '--once', '-c', 'otelephant.yaml'], { cwd })
  expect(code).toBe(1)
  const [first] = stderr.split('\n')
  expect(JSON.parse(first ?? '')).toMatchObject({
    level: 'warn',
    msg: `otelephant.yaml:2:70: receivers::postgresql::password: ${takenAsItIs}`,
  })
  expect(stderr).not.toContain('PGPASSWORD')
}, 60_000)

test('a variable with a license key that is none, and a value of --set', async () => {
  const env = { DATABASE_URL: 'postgresql://monitor@127.0.0.1:1/postgres', NEW_RELIC_LICENSE_KEY: 'zq7391' }
  const { code, stdout } = await run(['validate', '--set', 'receivers.postgresql.username=$PGUSER'], { env })
  expect(code).toBe(0)
  expect(stdout.split('\n').filter((line) => line.startsWith('Warning'))).toEqual([
    `Warning: --set:1:31: receivers::postgresql::username: ${takenAsItIs}`,
    `Warning: NEW_RELIC_LICENSE_KEY: exporters::newrelic::api_key: ${noKey}`,
  ])
  expect(stdout).not.toMatch(/zq7391|PGUSER/)
})

test('what a variable holds is taken as it is, without a word', async () => {
  const cwd = await folderWith({ 'otelephant.yaml': good.replace(password, `"${reference('env:SECRET')}"`) })
  const { stdout } = await run(['validate', '-c', 'otelephant.yaml'], { cwd, env: { SECRET: '$PGPASSWORD' } })
  expect(stdout).not.toContain('Warning')
})
