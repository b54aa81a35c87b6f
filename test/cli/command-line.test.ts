import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { folderWith, run } from './support/otelephant.ts'
import { licenseKey, password } from './support/secrets.ts'

const good = `receivers:
  postgresql: {endpoint: "127.0.0.1:5432", username: monitor, password: ${password}}
  internal:
exporters:
  newrelic: {api_key: ${licenseKey}}
  debug:
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
`

interface Case {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stderr: RegExp
}

const refused: readonly Case[] = [
  { name: 'no command gives the help', args: [], stderr: /^Usage: otelephant [\s\S]*run \[options\][\s\S]*validate/ },
  { name: 'an unknown command', args: ['rum'], stderr: /^error: unknown command 'rum'\n\(Did you mean run\?\)\n$/ },
  {
    name: 'an unknown option',
    args: ['run', '--cofnig', 'x'],
    stderr: /^error: unknown option '--cofnig'\n\(Did you mean --config\?\)\n$/,
  },
  {
    name: 'an option without its value',
    args: ['run', '--config'],
    stderr: /option '-c, --config <file>' argument missing/,
  },
  { name: 'an argument too many', args: ['run', 'otelephant.yaml'], stderr: /too many arguments for 'run'/ },
  {
    name: 'neither a file nor the variables',
    args: ['run'],
    stderr:
      /^DATABASE_URL: is not set; set DATABASE_URL=postgresql:\/\/.*--config\nNEW_RELIC_LICENSE_KEY: is not set; .*--config\n$/,
  },
  {
    name: 'no license key',
    args: ['run'],
    env: { DATABASE_URL: `postgresql://monitor:${password}@127.0.0.1:5432/postgres` },
    stderr: /^NEW_RELIC_LICENSE_KEY: is not set; .*\n$/,
  },
  {
    name: 'a DATABASE_URL of another kind',
    args: ['validate'],
    env: { DATABASE_URL: `mysql://monitor:${password}@127.0.0.1/x`, NEW_RELIC_LICENSE_KEY: licenseKey },
    stderr: /^DATABASE_URL: is not a PostgreSQL URI; write it as postgresql:\/\/user:password@host:5432\/database/,
  },
  {
    name: 'a DATABASE_URL with a parameter that does not exist',
    args: ['validate'],
    env: { DATABASE_URL: `postgresql://m:${password}@127.0.0.1/x?sslmod=require`, NEW_RELIC_LICENSE_KEY: licenseKey },
    stderr:
      /^DATABASE_URL: has a parameter that libpq does not know; did you mean "sslmode"\? In a password, write .*%25\n$/,
  },
  {
    name: 'a file that does not exist',
    args: ['run', '-c', 'missing.yaml'],
    stderr: /^missing\.yaml: can't read the configuration: there is no such file\n$/,
  },
  { name: 'a directory', args: ['run', '-c', '.'], stderr: /^\.: can't read the configuration: it is a directory\n$/ },
  {
    name: 'an empty file',
    args: ['run', '-c', 'empty.yaml'],
    stderr: /^empty\.yaml:1:1: the configuration is empty; /,
  },
  {
    name: 'a --set without a value',
    args: ['run', '-c', 'good.yaml', '--set', 'receivers.postgresql'],
    stderr: /^--set:1:1: expected path=value, such as receivers\.postgresql\.endpoint=localhost:5432/,
  },
  {
    name: 'a --set of an unknown key',
    args: ['run', '-c', 'good.yaml', '--set', 'receivers.postgresql.databses=[a]'],
    stderr: /^--set:1:1: receivers::postgresql::databses: unknown key "databses"; did you mean "databases"\?\n$/,
  },
  {
    name: 'a --set of an unknown metric',
    args: ['run', '-c', 'good.yaml', '--set', 'receivers.postgresql.metrics.postgresql.deadlokcs.enabled=true'],
    stderr:
      /^--set:1:1: receivers::postgresql::metrics::postgresql\.deadlokcs: unknown key "postgresql\.deadlokcs"; did you mean "postgresql\.deadlocks"\?\n$/,
  },
]

test('a metric, an event and a resource attribute are set by their names, without quotes', async () => {
  const cwd = await folderWith({ 'good.yaml': good })
  for (const set of [
    'metrics.postgresql.deadlocks.enabled=true',
    'metrics."postgresql.deadlocks".enabled=true',
    'metrics.postgresql.wal.delay.enabled=false',
    'events.db.server.top_query.enabled=true',
    'resource_attributes.server.address.enabled=false',
  ]) {
    const { code, stderr } = await run(['validate', '-c', 'good.yaml', '--set', `receivers.postgresql.${set}`], { cwd })
    expect({ set, code, stderr }).toEqual({ set, code: 0, stderr: '' })
    const wrong = await run(['validate', '-c', 'good.yaml', '--set', `receivers.postgresql.${set}x`], { cwd })
    expect(wrong.stderr, set).toMatch(/enabled: expected boolean, found "(?:true|false)x"\n$/)
  }
})

for (const { name, args, env, stderr } of refused) {
  test(`${name}: one clear message and exit code 1`, async () => {
    const cwd = await folderWith({ 'good.yaml': good, 'empty.yaml': '' })
    const ended = await run(args, { cwd, ...(env === undefined ? {} : { env }) })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(stderr)
    expect(ended.stderr).not.toContain('    at ')
  })
}

test('validate tells what runs and what is left over, and exits with 0', async () => {
  const cwd = await folderWith({ 'good.yaml': good })
  expect(await run(['validate', '-c', 'good.yaml'], { cwd })).toEqual({
    code: 0,
    signal: null,
    stdout: `Note: internal is configured, but in no pipeline.
Note: debug is configured, but in no pipeline.
postgresql (metrics) -> newrelic
The configuration is valid.
`,
    stderr: '',
  })
})

test('--version and --help write to standard output and exit with 0', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  expect(await run(['run', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--once'), stderr: '' })
})
