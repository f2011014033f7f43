import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { messageOf, protocol } from '../../../../test/support/fixtures.js'
import { hex } from '../../../../test/support/world.js'
import type { Hex } from '../Encoding.js'
import * as Message from '../Message.js'
import * as TypedData from '../TypedData.js'
import { secp256k1 } from './index.js'

const definition = Message.definition(messageOf('batch'), protocol)
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const word = (value: bigint) => value.toString(16).padStart(64, '0')

describe('secp256k1', () => {
  it('recovers the signer, in lower case', async () => {
    for (let n = 1; n <= 20; n++) {
      const account = privateKeyToAccount(hex(n))
      const signature = await account.signTypedData(definition as never)
      expect(await secp256k1.recover(definition, signature)).toBe(account.address.toLowerCase())
    }
  })

  it('knows one form of each signature', async () => {
    const account = privateKeyToAccount(hex(1))
    const signature = await account.signTypedData(definition as never)
    const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
    const other = v === '1b' ? '1c' : '1b'
    const forms: Record<string, string> = {
      'high s': `0x${r}${word(order - s)}${other}`,
      'v of 0 or 1': `0x${r}${word(s)}${v === '1b' ? '00' : '01'}`,
      'v of EIP-155': `0x${r}${word(s)}25`,
      'upper case': `0x${signature.slice(2).toUpperCase()}`,
      compact: `0x${r}${word(s)}`,
      trailing: `${signature}00`,
      'zero s': `0x${r}${word(0n)}${v}`,
      'zero r': `0x${word(0n)}${word(s)}${v}`,
      'r beyond the order': `0x${word(order)}${word(s)}${v}`,
      'r beyond the field': `0x${'ff'.repeat(32)}${word(s)}${v}`,
      'no hex': `0x${'zz'.repeat(65)}`,
      empty: '0x',
      nothing: '',
    }
    for (const [name, form] of Object.entries(forms))
      expect([name, await secp256k1.recover(definition, form as Hex)]).toEqual([name, null])
    expect(await secp256k1.recover(definition, undefined as never)).toBeNull()
    const swapped = await secp256k1.recover(definition, `0x${r}${word(s)}${other}`)
    expect(swapped).not.toBe(account.address.toLowerCase())
  })

  it('does not take a malformed definition for a missing signer', async () => {
    const signature = await privateKeyToAccount(hex(1)).signTypedData(definition as never)
    for (const wrong of [{}, { ...definition, message: {} }, { ...definition, primaryType: 'Rumour' }])
      await expect(secp256k1.recover(wrong as never, signature)).rejects.toThrow(TypedData.InvalidTypedDataError)
  })
})
