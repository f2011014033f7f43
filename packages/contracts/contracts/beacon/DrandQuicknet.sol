// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Bls12381} from "./Bls12381.sol";

/// @title Rounds of drand's quicknet chain (bls-unchained-g1-rfc9380)
/// @notice Equal to `Beacon.verifyDrand('quicknet', ...)` and `Beacon.randomness` of the core: BLS signatures in
/// G1 of sha256(u64 round) under a key in G2.
library DrandQuicknet {
    /// @notice The chain's public key, 83cf0f28...ece45a, decompressed: x and y, each c0 and c1 in 64 bytes (EIP-2537).
    bytes internal constant PUBLIC_KEY =
        hex"000000000000000000000000000000000d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
        hex"0000000000000000000000000000000003cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        hex"000000000000000000000000000000000e5db2b6bfbb01c867749cadffca88b36c24f3012ba09fc4d3022c5c37dce0f977d3adb5d183c7477c442b1f04515273"
        hex"0000000000000000000000000000000001a714f2edb74119a2f2b0d5a7c75ba902d163700a61bc224ededd8e63aef7be1aaf8e93d7a9718b047ccddb3eb5d68b";

    bytes private constant DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

    /// @notice Is this the chain's signature of the round? False for whatever else it is, bytes of another length too.
    /// @dev A call with too little gas for the pairing is false as well: whoever convicts by a `false` must see to that.
    /// @param round At least 1.
    /// @param signature The compressed point, 48 bytes.
    function verify(uint64 round, bytes memory signature) internal view returns (bool) {
        if (round == 0) return false;
        (bool decoded, bytes memory point) = Bls12381.decompressG1(signature);
        if (!decoded) return false;
        bytes memory message = abi.encodePacked(sha256(abi.encodePacked(round)));
        return Bls12381.isSignature(point, Bls12381.hashToG1(message, DOMAIN), PUBLIC_KEY);
    }

    /// @notice sha256 of the compressed signature, after `verify`.
    function randomness(bytes memory signature) internal pure returns (bytes32) {
        return sha256(signature);
    }
}
