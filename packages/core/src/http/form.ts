/** What client and server agree on: `POST /topic`, the type in its header, the parcel as the body. */
import type { Parcel } from '../ports/index.js'

export const contentTypes: Readonly<Record<Parcel['type'], string>> = {
  json: 'application/json',
  bytes: 'application/octet-stream',
}

/** Longest message of the protocol, `Message.maxBytes`, and with it most that a body may be by default. */
export const defaultBytes: number = 1 << 23

/** The type that a content-type header names; undefined for any other. */
export function typeOf(header: string | null | undefined): Parcel['type'] | undefined {
  const [name] = (header ?? '').split(';')
  const found = Object.entries(contentTypes).find(([, known]) => known === name?.trim().toLowerCase())
  return found?.[0] as Parcel['type'] | undefined
}

/** A topic stands in a path as it is. */
export function isTopic(topic: unknown): topic is string {
  return typeof topic === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(topic)
}
