// Real secp256k1 keys of the test parties.
import { Encoding, Hash, type Message } from '@spotcheck/core'
import { privateKeyToAccount } from 'viem/accounts'
import type { Hex } from './world.js'

const accounts = new Map<Hex, ReturnType<typeof privateKeyToAccount>>()

/** The operator or task key of a party. */
export function realSigner(address: Hex): Message.Signer {
  const account =
    accounts.get(address) ?? privateKeyToAccount(Encoding.toHex(Hash.keccak256(Encoding.fromHex(address))))
  accounts.set(address, account)
  return account as Message.Signer
}
