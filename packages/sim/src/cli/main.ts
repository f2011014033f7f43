/**
 * The entry of the `spotcheck` command: the only place that touches the process.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Io } from './Command.js'
import { run } from './program.js'

/** The first Ctrl-C asks for what there is so far, the second ends at once. */
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())

const io: Io = {
  stdout: (chunk) => void process.stdout.write(chunk),
  stderr: (chunk) => void process.stderr.write(chunk),
  readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  writeFile: (path, text) => writeFile(path, text),
  isTTY: process.stderr.isTTY === true,
  load: (path) => import(pathToFileURL(resolve(path)).href),
  signal: interruption.signal,
}

/** A reader that has seen enough (`| head -1`) is no failure. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })

process.exitCode = await run(process.argv.slice(2), io)
