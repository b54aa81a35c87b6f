import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { components } from '../../codegen/components.ts'
import { outFolder, root, runGenerator, runNode } from './support/generator.ts'

const sample = 'test/metadata/fixtures/valid.yaml'
const files = [
  'config.schema.json',
  'config.ts',
  'documentation.md',
  'events.ts',
  'metrics.ts',
  'queries.ts',
  'resource.ts',
  'telemetry.ts',
]

test('what is committed is what the metadata of every component gives', async () => {
  const { code, stdout } = await runGenerator('--check')
  expect(stdout.trim().split('\n')).toEqual([
    ...components.map(({ metadata, out }) => `${out}: up to date with ${metadata}`),
    'docs/metadata.md: up to date with the grammar',
  ])
  expect(code).toBe(0)
  const folders = await readdir(join(root, 'generated'))
  expect(folders.toSorted()).toEqual(components.map(({ out }) => basename(out)).toSorted())
})

test('a file without a folder is no component', async () => {
  const { code, stderr } = await runGenerator('--metadata', sample)
  expect(code).toBe(1)
  expect(stderr).toContain('--metadata FILE and --out FOLDER go together')
})

test('a component that only tells about itself gets its instruments and their documentation', async ({
  onTestFinished,
}) => {
  const out = join(await outFolder(onTestFinished), 'scraper')
  await runGenerator('--metadata', 'src/scraper/metadata.yaml', '--out', out)
  expect(await readdir(out)).toEqual(['documentation.md', 'telemetry.ts'])
})

test('another metadata file goes into another folder, and what is there is in step with it', async ({
  onTestFinished,
}) => {
  const out = join(await outFolder(onTestFinished), 'sample')
  const written = await runGenerator('--metadata', sample, '--out', out)
  expect(written).toMatchObject({ code: 0, stderr: '' })
  expect(await readdir(out)).toEqual(files)
  expect(await runGenerator('--metadata', sample, '--out', out, '--check')).toMatchObject({ code: 0, stderr: '' })
})

test('the code of another metadata file passes the strictest type check', async ({ onTestFinished }) => {
  const folder = await outFolder(onTestFinished)
  await runGenerator('--metadata', sample, '--out', folder)
  const project = { extends: join(root, 'tsconfig.json'), include: ['*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(await runNode(tsc, '-p', folder)).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('the code of a metadata file without events and without attributes passes it too', async ({ onTestFinished }) => {
  const folder = await outFolder(onTestFinished)
  const valid = await readFile(join(root, sample), 'utf8')
  const bare = valid.replace('    attributes: [db.namespace]\ntelemetry', 'telemetry')
  const silent = valid.replace(/^events:\n(?: .*\n)+/m, '')
  const project = { extends: join(root, 'tsconfig.json'), include: ['*/*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project))
  for (const [name, text] of Object.entries({ bare, silent })) {
    await writeFile(join(folder, `${name}.yaml`), text)
    const generated = await runGenerator('--metadata', join(folder, `${name}.yaml`), '--out', join(folder, name))
    expect(generated).toMatchObject({ code: 0, stderr: '' })
  }
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(await runNode(tsc, '-p', folder)).toEqual({ code: 0, stdout: '', stderr: '' })
})

test("a file of mdatagen's gives code too, but for what can not be generated: that is said, and nothing is written", async ({
  onTestFinished,
}) => {
  const folder = await outFolder(onTestFinished)
  const out = join(folder, 'out')
  const refused = await runGenerator('--metadata', 'test/metadata/mdatagen/every-key.yaml', '--out', out)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('histograms are not generated yet')
  expect(refused.stderr).toMatch(/7 faults, nothing written\n$/)
  await expect(readdir(out)).rejects.toThrow('ENOENT')
  const written = await runGenerator('--metadata', 'test/metadata/mdatagen/without-entities.yaml', '--out', out)
  expect(written).toMatchObject({ code: 0, stderr: '' })
  const project = { extends: join(root, 'tsconfig.json'), include: ['out/*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project))
  expect(await runNode(join(root, 'node_modules/typescript/bin/tsc'), '-p', folder)).toMatchObject({
    code: 0,
    stdout: '',
  })
})

test('a file that was edited is named by --check and left as it is', async ({ onTestFinished }) => {
  const out = await outFolder(onTestFinished)
  await runGenerator('--metadata', sample, '--out', out)
  const edited = join(out, 'queries.ts')
  await writeFile(edited, '// edited')
  const { code, stdout } = await runGenerator('--metadata', sample, '--out', out, '--check')
  expect(code).toBe(1)
  expect(stdout).toContain(`${edited}: differs from ${sample}`)
  expect(stdout).not.toContain('metrics.ts')
  expect(await readFile(edited, 'utf8')).toBe('// edited')
})

test('a file that is generated no more is removed, a foreign one stays', async ({ onTestFinished }) => {
  const out = await outFolder(onTestFinished)
  await writeFile(join(out, 'alarms.ts'), '// Code generated by codegen from metadata.yaml. DO NOT EDIT.\n')
  await writeFile(join(out, 'notes.txt'), 'mine')
  await runGenerator('--metadata', sample, '--out', out)
  expect(await readdir(out)).toEqual([...files, 'node_modules', 'notes.txt', 'package.json'].toSorted())
})

test('a file with faults gives all of them and nothing is written', async ({ onTestFinished }) => {
  const folder = await outFolder(onTestFinished)
  const valid = await readFile(join(root, sample), 'utf8')
  const faulty = join(folder, 'faulty.yaml')
  await writeFile(faulty, valid.replace('class: receiver', 'class: receptor').replace('unit: By/s', 'unit: bytes'))
  const out = join(folder, 'out')
  await mkdir(out)
  const { code, stdout, stderr } = await runGenerator('--metadata', faulty, '--out', out)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr.split('\n').map((line) => line.replace(/: .*/, ''))).toEqual([
    `${faulty}:6:10`,
    `${faulty}:110:11`,
    faulty,
    '',
  ])
  expect(await readdir(out)).toEqual([])
})
