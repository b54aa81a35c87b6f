import { readFile, writeFile } from 'node:fs/promises'
import { readIncluded } from '../../src/metadata/include.ts'
import { components } from '../components.ts'
import { sortEntries } from './sort-entries.ts'

/** What `npm run format` does beside biome: sorts the metadata of every component. */
for (const { metadata } of components) {
  const { documents } = readIncluded(metadata, await readFile(metadata, 'utf8'))
  for (const { file } of documents) {
    const text = await readFile(file, 'utf8')
    const sorted = sortEntries(text)
    if (sorted === text) continue
    await writeFile(file, sorted)
    console.log(`${file}: sorted`)
  }
}
