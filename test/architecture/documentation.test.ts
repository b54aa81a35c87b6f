import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...(await readdir(join(root, 'docs'), { recursive: true })).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'))

const texts = await Promise.all(pages.map(async (page) => ({ page, text: await readFile(join(root, page), 'utf8') })))

test('every file of the project that a page names is there', () => {
  const named = texts.flatMap(({ page, text }) =>
    [...text.matchAll(/\b(?:src|test|codegen|bench|generated)\/[\w./-]*\w/g)].map(([path]) => ({ page, path })),
  )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
})

test('every link from page to page leads somewhere, to its heading too', () => {
  const links = texts.flatMap(({ page, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, to = '', anchor]) => ({
      page,
      target: to === '' ? page : join(dirname(page), to),
      anchor,
    })),
  )
  expect(links.length).toBeGreaterThan(30)
  expect(links.filter(({ target }) => !existsSync(join(root, target)))).toEqual([])
  const lost = links.filter(({ target, anchor }) => {
    const text = texts.find(({ page }) => page === target)?.text
    return anchor !== undefined && text !== undefined && !anchorsOf(text).has(anchor)
  })
  expect(lost).toEqual([])
})

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}
