/**
 * A file of results that grows point by point: what an earlier run wrote stays, but for a record that it did not end.
 *
 * @module
 */
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { OutputFileError } from './Command.js'

/** How results are written. */
export type Layout = Readonly<{
  /** The first record, with its line break. */
  header: string
  /** Records of a point, and how each of them begins. */
  records: number
  begins: (index: number) => string
  /** Is a line break between quotes part of a record? */
  quotes: boolean
  /** Points in all. */
  points: number
  /** Why a file with another first record is refused: what it is, by that record. */
  stranger: (header: string) => string
}>

/** A file of results. */
export type Results = Readonly<{
  /** Points that it holds. */
  points: number
  /** Adds the records of the next point. */
  append: (records: string) => Promise<void>
  close: () => Promise<void>
}>

/**
 * Opens a file for the points that it lacks, or makes it.
 *
 * @throws OutputFileError if it can't be written, or holds something else: it is left as it is then.
 */
export async function open(path: string, layout: Layout): Promise<Results> {
  const file = await guarded(path, () => openFile(path, 'a+'))
  try {
    const { points, end } = await scan(path, file, layout)
    await guarded(path, () => file.truncate(end))
    if (end === 0) await guarded(path, () => file.appendFile(layout.header))
    return { points, ...appender(path, file, end === 0 ? Buffer.byteLength(layout.header) : end) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** On the disk at most so many milliseconds later. */
const LATEST = 1000

/** Adds records to a file of that size, and nobody else does. */
function appender(path: string, file: FileHandle, end: number): Pick<Results, 'append' | 'close'> {
  let synced = performance.now()
  let size = end
  return {
    append: (records) =>
      guarded(path, async () => {
        const found = await file.stat()
        if (found.isFile() && found.size !== size) throw shared(path)
        await file.appendFile(records)
        size += Buffer.byteLength(records)
        if (performance.now() - synced < LATEST) return
        await file.datasync()
        synced = performance.now()
      }),
    close: () =>
      guarded(path, async () => {
        // A pipe has no disk to be on.
        await file.datasync().catch(() => {})
        await file.close()
      }),
  }
}

type Found = Readonly<{ points: number; end: number }>

/** How many points the file holds, and where the last of them ends. */
async function scan(path: string, file: FileHandle, layout: Layout): Promise<Found> {
  let [count, start, end] = [0, 0, 0]
  for await (const record of records(file, layout.quotes)) {
    if (!record.ended) {
      if (count === 0 && !layout.header.startsWith(record.text)) throw strange(path, layout, record.text)
      break
    }
    start += record.size
    if (count === 0 && record.text !== layout.header) throw strange(path, layout, record.text)
    if (count > 0) assertNext(path, layout, count - 1, record.text)
    if (count % layout.records === 0) end = start
    count++
  }
  return { points: Math.max(0, Math.floor((count - 1) / layout.records)), end }
}

function assertNext(path: string, layout: Layout, record: number, text: string): void {
  const { records, points, begins, quotes } = layout
  const index = Math.floor(record / records)
  if (index < points && text.startsWith(begins(index))) return
  // A header of CSV names columns, which other results may have as well.
  if (record === 0 && quotes) throw strange(path, layout, text)
  throw new OutputFileError(`${path} is damaged: record ${record + 2} is not of point ${index}.`, {
    subject: 'record',
    value: text,
    rule: index < points ? `a record that begins ${begins(index)}` : `${points} points and no more`,
    fix: 'remove what does not belong, or write to another file',
  })
}

function strange(path: string, { stranger }: Layout, header: string): OutputFileError {
  return new OutputFileError(`${path} ${stranger(header)}. It is left as it is.`, {
    subject: 'file',
    value: header.trimEnd(),
    rule: 'results of this sweep, or no file yet',
    fix: 'name another file with -o, or remove this one',
  })
}

function shared(path: string): OutputFileError {
  return new OutputFileError(`${path} was changed by something else while it was written.`, {
    subject: 'file',
    value: path,
    rule: 'a file that one run writes at a time',
    fix: 'let the other run end, or stop it; then run the command again, which goes on where the file ends',
  })
}

type Piece = Readonly<{ text: string; size: number; ended: boolean }>

/** The records of a file, the last of which may lack its end. */
async function* records(file: FileHandle, quotes: boolean): AsyncGenerator<Piece> {
  let rest = Buffer.alloc(0)
  let [seen, isQuoted] = [0, false]
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    rest = Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (let at = seen; at < rest.length; at++) {
      if (quotes && rest[at] === 0x22) isQuoted = !isQuoted
      if (isQuoted || rest[at] !== 0x0a) continue
      yield { text: rest.toString('utf8', from, at + 1), size: at + 1 - from, ended: true }
      from = at + 1
    }
    rest = rest.subarray(from)
    seen = rest.length
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), size: rest.length, ended: false }
}

const CAUSES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ['is in a folder that does not exist', 'make the folder, or name another'],
  EISDIR: ['is a folder', 'name a file in it'],
  EACCES: ['may not be written', 'check its permissions'],
  ENOSPC: ['has no room left on its disk', 'make room and run the command again: it goes on where it stopped'],
}

/** What the file system refuses, in words. */
async function guarded<result>(path: string, work: () => Promise<result>): Promise<result> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof OutputFileError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    const [what, fix] = CAUSES[code] ?? [`can’t be written (${code})`, 'name another file']
    throw new OutputFileError(`${path} ${what}.`, { subject: 'file', value: path, rule: 'a file to write', fix, cause })
  }
}
