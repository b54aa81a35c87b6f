import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { folderWith, root, startCommand } from '../cli/support/otelephant.ts'
import { useBuilt } from './support/built.ts'

const built = useBuilt()
const systemNode = '/usr/bin/node'

function versionOf(node: string): string {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1)
  } catch {
    return ''
  }
}

const systemVersion = versionOf(systemNode)
const isOld = systemVersion !== '' && Number.parseInt(systemVersion, 10) < 24

/** The program's first file, as it is published and as it is in a checkout. */
const starts = [
  { name: 'the bundle', path: () => join(built(), 'otelephant.js') },
  { name: 'a checkout', path: () => join(root, 'src/start.cjs') },
] as const

describe.each(starts)('$name', ({ path }) => {
  for (const args of [[], ['run'], ['demo', '--once'], ['--version']]) {
    test.runIf(isOld)(`on the system's old Node says which it needs: ${args.join(' ')}`, async () => {
      expect(await startCommand(systemNode, [path(), ...args]).ended).toEqual({
        code: 1,
        signal: null,
        stdout: '',
        stderr: `otelephant needs Node 24, this is ${systemVersion}\n`,
      })
    })
  }

  test.each(['12.22.12', '18.0.0', '20.1.0', '23.11.1'])('on Node %s says which it needs', async (version) => {
    const preload = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
    const cwd = await folderWith({ 'version.cjs': preload })
    const ended = await startCommand(process.execPath, ['--require', './version.cjs', path()], { cwd }).ended
    const stderr = `otelephant needs Node 24, this is ${version}\n`
    expect(ended).toEqual({ code: 1, signal: null, stdout: '', stderr })
  })

  test('is understood by Node 12: nothing in its first file has to be rewritten for it', async () => {
    const source = await readFile(path(), 'utf8')
    const options = { minify: true, format: 'cjs' } as const
    const [kept, lowered] = await Promise.all(
      ['esnext', 'node12'].map((target) =>
        transform(source, { ...options, target, supported: { 'dynamic-import': true } }),
      ),
    )
    // Not compared as texts: a difference would print the whole program.
    expect(lowered?.code === kept?.code).toBe(true)
    expect(source).not.toContain("require('node:")
    expect(source).not.toContain('require("node:')
  })

  test('needs the Node that the manifest names', async () => {
    const major = Number.parseInt(manifest.engines.node.replace('>=', ''), 10)
    const source = await readFile(path(), 'utf8')
    expect(source).toMatch(new RegExp(`(?:neededMajor = |10\\)<)${major}\\b`))
  })
})
