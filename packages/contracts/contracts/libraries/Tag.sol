// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The tags that keep the uses of the hash apart
/// @notice tagged(t, x) = keccak256(keccak256("spotcheck/v1/" || t) || x), as docs/protocol.md, "Bytes", has it. The
/// constants are the inner hashes, so that a use reads `keccak256(abi.encodePacked(Tag.SEED, x))`.
library Tag {
    bytes32 internal constant SEED = keccak256("spotcheck/v1/seed");
    bytes32 internal constant UNIFORM = keccak256("spotcheck/v1/uniform");
    bytes32 internal constant BERNOULLI = keccak256("spotcheck/v1/bern");
    bytes32 internal constant FEISTEL = keccak256("spotcheck/v1/feistel");
    bytes32 internal constant BEACON_BLOCK = keccak256("spotcheck/v1/beacon-block");
}
