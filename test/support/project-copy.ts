import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A folder with what the project is generated of, type-checked and run by; removed after the test. */
export async function copyOfTheProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of [
    'metadata.yaml',
    'metadata',
    'src',
    'codegen',
    'generated',
    'docs/metadata.md',
    'package.json',
    'tsconfig.json',
    'biome.json',
    '.gitignore',
  ]) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Adds a piece before what stands in the text once. */
export function insertBefore(text: string, anchor: string, piece: string): string {
  expect(text.split(anchor), anchor).toHaveLength(2)
  return text.replace(anchor, () => `${piece}${anchor}`)
}
