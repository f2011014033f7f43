/**
 * The entry of the `spotcheck` command: the only place that touches the process.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Io } from './Command.js'
import { run } from './program.js'

const io: Io = {
  stdout: (chunk) => void process.stdout.write(chunk),
  stderr: (chunk) => void process.stderr.write(chunk),
  readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  isTTY: process.stderr.isTTY === true,
}

/** A reader that has seen enough (`| head -1`) is no failure. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })

process.exitCode = await run(process.argv.slice(2), io)
