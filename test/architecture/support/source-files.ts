import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** One file of the repository and what it imports of the others; paths from the root. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

export interface Import {
  readonly path: string
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean
}

/** Every TypeScript file below these folders. */
export async function sourceFiles(...folders: readonly string[]): Promise<readonly SourceFile[]> {
  const entries = await Promise.all(
    folders.map((folder) => readdir(join(root, folder), { recursive: true, withFileTypes: true })),
  )
  const paths = entries
    .flat()
    .flatMap((entry) => (entry.name.endsWith('.ts') ? [join(entry.parentPath, entry.name)] : []))
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const text = await readFile(path, 'utf8')
      return { path: relative(root, path), text, imports: importsOf(path, text) }
    }),
  )
}

const statement = /^(?:import|export)\s(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(statement)].flatMap(([, type, from, dynamic]) => {
    const target = from ?? dynamic ?? ''
    if (!target.startsWith('.')) return []
    return [{ path: relative(root, join(dirname(path), target)), typeOnly: type !== undefined }]
  })
}
