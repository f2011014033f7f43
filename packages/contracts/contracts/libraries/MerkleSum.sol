// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Merkle} from "./Merkle.sol";
import {TreeHash} from "./TreeHash.sol";

/// @title Inclusion proofs in the tree whose nodes add up weights
/// @notice Equal to `Merkle.Sum` of the core: a proof shows where among all units of weight a leaf lies.
library MerkleSum {
    /// @notice A node: its hash and the weight below it. In a proof it is 48 bytes, hash || u128 sum.
    struct Node {
        bytes32 hash;
        uint128 sum;
    }

    /// @notice The units [start, end) of `total` that a leaf covers.
    struct Position {
        uint128 start;
        uint128 end;
        uint128 total;
    }

    /// @notice H(0x02 || data).
    function leafHash(TreeHash hash, bytes memory data) internal pure returns (bytes32) {
        return hash.digest(abi.encodePacked(uint8(2), data));
    }

    /// @notice The node over two; false where the sum is not a u128.
    function join(TreeHash hash, Node memory left, Node memory right) internal pure returns (bool, Node memory node) {
        uint256 sum = uint256(left.sum) + right.sum;
        if (sum > type(uint128).max) return (false, node);
        node.hash = hash.digest(abi.encodePacked(uint8(3), left.hash, left.sum, right.hash, right.sum));
        node.sum = uint128(sum);
        return (true, node);
    }

    /// @notice Where the leaf lies, if the tree of `size` leaves under `root` with this total holds it at `index`.
    /// @param leaf The leaf's node: its hash and its weight.
    /// @param proof Siblings from the leaf up, 48 bytes each.
    /// @return found False, with an empty position, for any proof that does not fit or does not lead to the root.
    function positionOf(
        TreeHash hash,
        Node memory root,
        uint64 size,
        uint64 index,
        Node memory leaf,
        bytes[] memory proof
    ) internal pure returns (bool found, Position memory position) {
        if (index >= size) return (false, position);
        (uint64 node, uint64 last) = (index, size - 1);
        Node memory reached = leaf;
        uint256 start = 0;
        for (uint256 k = 0; k < proof.length; k++) {
            if (last == 0 || proof[k].length != 48) return (false, position);
            Node memory sibling = decode(proof[k]);
            bool isRight = node & 1 == 1 || node == last;
            (found, reached) = isRight ? join(hash, sibling, reached) : join(hash, reached, sibling);
            if (!found) return (false, position);
            if (isRight) {
                start += sibling.sum;
                (node, last) = Merkle.skipLone(node, last);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        if (last != 0 || reached.hash != root.hash || reached.sum != root.sum) return (false, position);
        // Nothing overflows: start + weight is at most the sum that was reached.
        return (true, Position(uint128(start), uint128(start + leaf.sum), root.sum));
    }

    /// @notice A node out of its 48 bytes.
    function decode(bytes memory node) private pure returns (Node memory decoded) {
        bytes32 hash;
        bytes32 rest;
        assembly ("memory-safe") {
            hash := mload(add(node, 32))
            rest := mload(add(node, 64))
        }
        return Node(hash, uint128(bytes16(rest)));
    }
}
