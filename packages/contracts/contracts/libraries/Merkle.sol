// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TreeHash} from "./TreeHash.sol";

/// @title Inclusion proofs of RFC 9162 in the plain tree
/// @notice Equal to `Merkle.verify` of the core. A leaf is bound to its index and the tree to its size, which
/// must come from where the root comes from, never from the prover.
library Merkle {
    /// @notice H(0x00 || data).
    function leafHash(TreeHash hash, bytes memory data) internal pure returns (bytes32) {
        return hash.digest(abi.encodePacked(uint8(0), data));
    }

    /// @notice H(0x01 || left || right).
    function nodeHash(TreeHash hash, bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return hash.digest(abi.encodePacked(uint8(1), left, right));
    }

    /// @notice Does the tree of `size` leaves under `root` hold at `index` the leaf with this hash?
    /// @dev RFC 9162, section 2.1.3.2. `node` and `last` are fn and sn: the places, in the current row, of the node on the
    /// leaf's path and of the row's last node.
    /// @param proof Siblings from the leaf up.
    function verify(
        TreeHash hash,
        bytes32 root,
        uint64 size,
        uint64 index,
        bytes32 leaf,
        bytes32[] memory proof
    ) internal pure returns (bool) {
        if (index >= size) return false;
        (uint64 node, uint64 last) = (index, size - 1);
        bytes32 reached = leaf;
        for (uint256 k = 0; k < proof.length; k++) {
            if (last == 0) return false;
            if (node & 1 == 1 || node == last) {
                reached = nodeHash(hash, proof[k], reached);
                (node, last) = skipLone(node, last);
            } else {
                reached = nodeHash(hash, reached, proof[k]);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && reached == root;
    }

    /// @notice A last node without a sibling moves up as it is, until it is a right child.
    function skipLone(uint64 node, uint64 last) internal pure returns (uint64, uint64) {
        while (node & 1 == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
        return (node, last);
    }
}
