// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What the tree of a batch is hashed by: `treeHash` of the parameters. Everything else is keccak256.
enum TreeHash {
    Keccak256,
    Sha256
}

using {digest} for TreeHash global;

/// @notice The hash of `data` by the chosen function.
function digest(TreeHash hash, bytes memory data) pure returns (bytes32) {
    return hash == TreeHash.Keccak256 ? keccak256(data) : sha256(data);
}
