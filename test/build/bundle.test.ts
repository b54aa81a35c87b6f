import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { folderWith, root, run } from '../cli/otelephant.ts'
import { configuration, endpointOf, useWatched } from '../cli/watched.ts'

const watched = useWatched()
let built: string

beforeAll(async () => {
  built = await mkdtemp('/tmp/otelephant-dist-')
  await promisify(execFile)(process.execPath, [join(root, 'build.ts'), '--directory', built])
  return () => rm(built, { recursive: true })
})

/** The built program in a folder of its own, from where no node_modules can be reached. */
async function installed(files: Readonly<Record<string, string>>) {
  const cwd = await folderWith(files)
  for (const file of ['libpg-query.wasm', 'otelephant.js', 'package.json', 'sql-text-process.js'])
    await cp(join(built, file), join(cwd, file))
  return { cwd, main: join(cwd, 'otelephant.js') }
}

test('what is published is one program and its reader of SQL, a manifest without dependencies, license and readme', async () => {
  expect((await readdir(built)).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'libpg-query.wasm',
    'otelephant.js',
    'package.json',
    'sql-text-process.js',
  ])
  expect(JSON.parse(await readFile(join(built, 'package.json'), 'utf8'))).toEqual({
    name: 'otelephant',
    version: manifest.version,
    description: manifest.description,
    license: 'Apache-2.0',
    type: 'commonjs',
    bin: { otelephant: 'otelephant.js' },
    engines: manifest.engines,
  })
})

test('the program begins with a line that lets a shell start it', async () => {
  expect(await readFile(join(built, 'otelephant.js'), 'utf8')).toMatch(
    /^#!\/usr\/bin\/env -S node --max-semi-space-size=8\n/,
  )
})

test('without node_modules it says its version', async () => {
  const { cwd, main } = await installed({})
  expect(await run(['--version'], { cwd, main })).toMatchObject({
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  })
})

test('without node_modules it checks a configuration', async () => {
  const yaml = configuration({ cluster: { host: '127.0.0.1', port: 5432 }, endpoint: { url: 'http://127.0.0.1:1' } })
  const { cwd, main } = await installed({ 'good.yaml': yaml, 'bad.yaml': yaml.replace('username', 'user_name') })
  expect(await run(['validate', '-c', 'good.yaml'], { cwd, main })).toMatchObject({ code: 0, stderr: '' })
  const bad = await run(['validate', '-c', 'bad.yaml'], { cwd, main })
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "username"?') })
})

test('without node_modules it scrapes a server twice and delivers', async () => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const yaml = configuration({ cluster, endpoint, receiver: ['databases: [postgres]'] })
  const { cwd, main } = await installed({ 'otelephant.yaml': yaml })
  const { code, stderr } = await run(['run', '--once', '--config', 'otelephant.yaml'], { cwd, main })
  expect(code, stderr).toBe(0)
  expect(endpoint.received.points({ metric: 'postgresql.commits' }).length).toBeGreaterThan(0)
  expect(endpoint.received.violations()).toEqual([])
})

test('without node_modules its reader of SQL reads', async () => {
  const { cwd } = await installed({})
  const reader = fork(join(cwd, 'sql-text-process.js'), { env: {}, execArgv: [], serialization: 'advanced' })
  const [ready] = await once(reader, 'message')
  reader.send({ kind: 'read', texts: ["SELECT a FROM t WHERE b = 'x'"], tagKeys: [], memoryBytes: 1e9 })
  const [{ results }] = await once(reader, 'message')
  reader.disconnect()
  await once(reader, 'exit')
  expect(ready).toEqual({ kind: 'ready' })
  expect(results).toMatchObject([{ text: 'SELECT a FROM t WHERE b = ?', summary: 'SELECT t' }])
})

test('its demo says what to install', async () => {
  const { cwd, main } = await installed({})
  const { code, stderr } = await run(['demo', '--once'], { cwd, main })
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("PostgreSQL 18 isn't installed") })
})
