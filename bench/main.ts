import process from 'node:process'
import { memory } from './memory/memory.ts'
import { renderReport } from './table.ts'

process.stdout.write(renderReport(await memory()))
