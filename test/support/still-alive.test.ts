import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { stillAlive } from './still-alive.ts'

test('a timer that was left is told, one that was cleared or does not hold the process is not', async () => {
  let left: NodeJS.Timeout | undefined
  const alive = await stillAlive(async () => {
    left = setTimeout(() => {}, 60_000)
    setTimeout(() => {}, 60_000).unref()
    clearTimeout(setTimeout(() => {}, 60_000))
  }, 50)
  clearTimeout(left)
  expect(alive).toEqual(['Timeout'])
})

test('a server that was left is told, one that was closed is not', async () => {
  const [left, closed] = [createServer(), createServer()]
  const alive = await stillAlive(async () => {
    await Promise.all([left, closed].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
    closed.close()
  }, 50)
  await new Promise((done) => left.close(done))
  expect(alive).toEqual(['TCPSERVERWRAP'])
})
