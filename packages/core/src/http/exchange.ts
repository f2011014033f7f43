/// <reference types="node" />
/** What an exchange may cost at most. */
export type Bounds = Readonly<{
  /** Milliseconds until the whole answer is there. */
  timeout: number
  /** Bytes of the answer's body. */
  bytes: number
  signal?: AbortSignal | undefined
}>

/** An answer that came in time and within its size. */
export type Exchanged = Readonly<{ status: number; headers: Headers; body: Uint8Array }>

/**
 * One request and its whole answer, within bounds; redirects are answers like any other. Whatever is still open in the
 * end is cut off.
 *
 * @throws ExchangeFailure, or the signal's reason once it is aborted.
 */
export async function exchange(url: string, init: RequestInit, { timeout, bytes, signal }: Bounds): Promise<Exchanged> {
  const cut = new AbortController()
  const abort = () => cut.abort()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    abort()
  }, timeout)
  signal?.addEventListener('abort', abort)
  try {
    signal?.throwIfAborted()
    const response = await fetch(url, { ...init, redirect: 'manual', signal: cut.signal })
    return { status: response.status, headers: response.headers, body: await bodyOf(response, bytes) }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ExchangeFailure) throw error
    throw new ExchangeFailure(isLate ? 'timeout' : 'unreachable', error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    abort()
  }
}

async function bodyOf(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (const reader = response.body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > limit) throw new ExchangeFailure('oversized', undefined)
    chunks.push(value)
  }
  return joined(chunks, size)
}

/** Bytes in one piece. */
export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** There was no answer. For the caller to explain: it knows whom it asked for what. */
export class ExchangeFailure extends Error {
  override name = 'Http.ExchangeFailure'
  readonly reason: 'unreachable' | 'timeout' | 'oversized'

  constructor(reason: ExchangeFailure['reason'], cause: unknown) {
    super(reason, { cause })
    this.reason = reason
  }

  /** What fetch throws says only that it failed; why is in its cause. */
  get why(): unknown {
    const { cause } = this
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    if (!(inner instanceof Error)) return inner
    return inner.message || ('code' in inner ? inner.code : inner.name)
  }
}
