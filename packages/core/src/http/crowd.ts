/// <reference types="node" />
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { joined } from './exchange.js'

/** What all requests may take together. */
type Room = Readonly<{ bytes: number; memory: number; requests: number }>

/** A request on its way: its body arrives, it is worked on, it leaves. */
export type Visit = Readonly<{
  /** The whole body, which counts against the memory until the visit ends. @throws Turned */
  body(): Promise<Uint8Array>
  /** From here on it takes one of the places for work. @throws Turned if there is none. */
  work(): void
  leave(): void
}>

/** All requests of a server. */
export type Crowd = Readonly<{
  arrive(request: IncomingMessage): Visit
  isWorking(socket: Socket): boolean
}>

type Arrival = { size: number; request: IncomingMessage }

/**
 * Whoever only sends takes no place for work, so that slow senders keep nobody out; and when the memory is full, the
 * longest body that is still arriving gives way, so that long ones don't either.
 */
export function createCrowd({ bytes, memory, requests }: Room): Crowd {
  const arriving = new Set<Arrival>()
  const working = new Set<Arrival>()
  let held = 0

  function makeRoom(mine: Arrival): void {
    if (held <= memory) return
    const longest = [...arriving].reduce((most, one) => (one.size > most.size ? one : most), mine)
    if (longest === mine) throw new Turned(503, 'busy')
    longest.request.destroy()
  }

  async function bodyOf(mine: Arrival): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    // Leaving early must not cut the connection: the answer still has to go over it.
    for await (const chunk of mine.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      mine.size += chunk.length
      held += chunk.length
      if (mine.size > bytes) throw tooLong({ bytes })
      makeRoom(mine)
      chunks.push(chunk)
    }
    return joined(chunks, mine.size)
  }

  function arrive(request: IncomingMessage): Visit {
    const mine: Arrival = { size: 0, request }
    return {
      body: () => {
        arriving.add(mine)
        return bodyOf(mine).finally(() => arriving.delete(mine))
      },
      work: () => {
        if (working.size >= requests) throw new Turned(503, 'busy')
        working.add(mine)
      },
      leave: () => {
        working.delete(mine)
        held -= mine.size
      },
    }
  }

  return { arrive, isWorking: (socket) => [...working].some(({ request }) => request.socket === socket) }
}

/** Why a request gets no answer of a receiver. */
export class Turned extends Error {
  readonly status: number

  constructor(status: number, why: string) {
    super(why)
    this.status = status
  }
}

export function tooLong({ bytes }: Pick<Room, 'bytes'>): Turned {
  return new Turned(413, `at most ${bytes} bytes`)
}
