// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Merkle} from "./Merkle.sol";
import {MerkleSum} from "./MerkleSum.sol";
import {Batch, Leaf, Structs} from "./Structs.sol";
import {TreeHash} from "./TreeHash.sol";

/// @title Is this leaf in this batch?
/// @notice Equal to `Commitment.includes` and `Commitment.position` of the core: of the tree that the parameters choose.
library Inclusion {
    /// @notice What tree a batch has: with sums where its network samples by value, plain otherwise.
    struct Tree {
        TreeHash hash;
        bool hasSums;
    }

    /// @notice Does the proof show the leaf at its index of the batch?
    /// @param proof As `Commitment.prove` makes it: nodes of 32 bytes, of 48 in a tree with sums.
    function includes(Tree memory tree, Batch memory batch, Leaf memory leaf, bytes[] memory proof)
        internal
        pure
        returns (bool found)
    {
        if (tree.hasSums) {
            (found,) = positionOf(tree.hash, batch, leaf, proof);
            return found;
        }
        bytes32[] memory siblings = new bytes32[](proof.length);
        for (uint256 k = 0; k < proof.length; k++) {
            if (proof[k].length != 32) return false;
            siblings[k] = bytes32(proof[k]);
        }
        bytes32 hash = Merkle.leafHash(tree.hash, Structs.encode(leaf));
        return Merkle.verify(tree.hash, batch.root, batch.count, leaf.index, hash, siblings);
    }

    /// @notice Where the leaf lies in a batch whose tree has sums, if the proof shows it there.
    function positionOf(TreeHash hash, Batch memory batch, Leaf memory leaf, bytes[] memory proof)
        internal
        pure
        returns (bool, MerkleSum.Position memory)
    {
        MerkleSum.Node memory root = MerkleSum.Node(batch.root, batch.totalWeight);
        MerkleSum.Node memory node = MerkleSum.Node(MerkleSum.leafHash(hash, Structs.encode(leaf)), leaf.weight);
        return MerkleSum.positionOf(hash, root, batch.count, leaf.index, node, proof);
    }
}
