// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Inclusion} from "./Inclusion.sol";
import {Merkle} from "./Merkle.sol";
import {Batch, Checkpoint, Leaf, Receipt, Structs} from "./Structs.sol";
import {TreeHash} from "./TreeHash.sol";

/// @notice A batch and its operator's signature.
struct SignedBatch {
    Batch body;
    bytes signature;
}

/// @notice A receipt and its operator's signature.
struct SignedReceipt {
    Receipt body;
    bytes signature;
}

/// @notice A head of a log and its operator's signature.
struct SignedCheckpoint {
    Checkpoint body;
    bytes signature;
}

/// @title What an executor is convicted of by its own signatures
/// @notice Equal to `Fault.verify` of the core, for the faults that need no opening: equivocation, and leaves that were
/// promised and left out. Each function answers whether the statements, all of one executor and epoch and signed by its
/// operator key, can't be those of an honest executor. They revert for nothing that they are given.
library Faults {
    /// @notice Whose statements, about which epoch of which network.
    struct Place {
        bytes32 domainSeparator;
        bytes32 paramsHash;
        address executor;
        uint64 epoch;
        /// The key registered with the executor's stake.
        address operator;
    }

    /// @notice Most leaves of a batch.
    uint64 internal constant MAX_COUNT = 1 << 20;
    /// @notice Largest integer of the core, 2^53 - 1: beyond it no statement is well-formed.
    uint64 internal constant MAX_INTEGER = (1 << 53) - 1;

    /// @notice Two batches for one epoch.
    function twoBatches(Place memory place, SignedBatch memory first, SignedBatch memory second)
        internal
        pure
        returns (bool)
    {
        return Structs.hashStruct(first.body) != Structs.hashStruct(second.body) && isSaid(place, first)
            && isSaid(place, second);
    }

    /// @notice Two leaves for one index.
    function twoReceipts(Place memory place, SignedReceipt memory first, SignedReceipt memory second)
        internal
        pure
        returns (bool)
    {
        return first.body.index == second.body.index && first.body.leafHash != second.body.leafHash
            && isSaid(place, first) && isSaid(place, second);
    }

    /// @notice Two heads for one sequence number.
    function twoCheckpoints(Place memory place, SignedCheckpoint memory first, SignedCheckpoint memory second)
        internal
        pure
        returns (bool)
    {
        (Checkpoint memory a, Checkpoint memory b) = (first.body, second.body);
        bool differ = a.sequence == b.sequence && (a.size != b.size || a.root != b.root);
        return differ && isSaid(place, first) && isSaid(place, second);
    }

    /// @notice A later head that is smaller, or of the same size with another root.
    function rewrittenLog(Place memory place, SignedCheckpoint memory older, SignedCheckpoint memory newer)
        internal
        pure
        returns (bool)
    {
        bool contradicts = newer.body.sequence > older.body.sequence
            && isRewritten(older.body, newer.body.size, newer.body.root);
        return contradicts && isSaid(place, older) && isSaid(place, newer);
    }

    /// @notice A batch that is smaller than a head of its log, or of the same size with another root.
    function batchAgainstLog(Place memory place, SignedCheckpoint memory checkpoint, SignedBatch memory batch)
        internal
        pure
        returns (bool)
    {
        return isRewritten(checkpoint.body, batch.body.count, batch.body.root) && isSaid(place, checkpoint)
            && isSaid(place, batch);
    }

    /// @notice A receipt for an index that the batch does not have.
    function receiptOutsideBatch(Place memory place, SignedReceipt memory receipt, SignedBatch memory batch)
        internal
        pure
        returns (bool)
    {
        return receipt.body.index >= batch.body.count && isSaid(place, receipt) && isSaid(place, batch);
    }

    /// @notice A receipt for another leaf than the one that the batch has at its index.
    /// @param leaf What the batch has there, and `proof`, of the tree that the parameters choose, shows it.
    function receiptNotHonoured(
        Place memory place,
        Inclusion.Tree memory tree,
        SignedReceipt memory receipt,
        SignedBatch memory batch,
        Leaf memory leaf,
        bytes[] memory proof
    ) internal pure returns (bool) {
        if (receipt.body.index != leaf.index || promises(receipt.body, leaf)) return false;
        return Inclusion.includes(tree, batch.body, leaf, proof) && isSaid(place, receipt) && isSaid(place, batch);
    }

    /// @notice Is the leaf the one that was promised? A receipt's hash is keccak256 whatever the tree.
    function promises(Receipt memory receipt, Leaf memory leaf) internal pure returns (bool) {
        bytes32 hash = Merkle.leafHash(TreeHash.Keccak256, Structs.encode(leaf));
        return receipt.index == leaf.index && receipt.leafHash == hash;
    }

    /// @notice Is it certain from a later head alone that it does not extend the older one?
    function isRewritten(Checkpoint memory older, uint64 size, bytes32 root) private pure returns (bool) {
        return size < older.size || (size == older.size && root != older.root);
    }

    function isSaid(Place memory place, SignedBatch memory batch) private pure returns (bool) {
        Batch memory body = batch.body;
        bool isFormed = body.count >= 1 && body.count <= MAX_COUNT && body.beaconRound >= 1
            && body.beaconRound <= MAX_INTEGER;
        return isFormed && isOf(place, body.paramsHash, body.executor, body.epoch)
            && isSigned(place, Structs.hashStruct(body), batch.signature);
    }

    function isSaid(Place memory place, SignedReceipt memory receipt) private pure returns (bool) {
        Receipt memory body = receipt.body;
        return body.index <= MAX_INTEGER && isOf(place, body.paramsHash, body.executor, body.epoch)
            && isSigned(place, Structs.hashStruct(body), receipt.signature);
    }

    function isSaid(Place memory place, SignedCheckpoint memory checkpoint) private pure returns (bool) {
        Checkpoint memory body = checkpoint.body;
        bool isFormed = body.sequence <= MAX_INTEGER && body.size >= 1 && body.size <= MAX_INTEGER;
        return isFormed && isOf(place, body.paramsHash, body.executor, body.epoch)
            && isSigned(place, Structs.hashStruct(body), checkpoint.signature);
    }

    function isOf(Place memory place, bytes32 paramsHash, address executor, uint64 epoch) private pure returns (bool) {
        return paramsHash == place.paramsHash && executor == place.executor && epoch == place.epoch;
    }

    /// @dev 65 bytes with a low s, and recovery whatever code the operator's address has: it can't take back its word.
    function isSigned(Place memory place, bytes32 structHash, bytes memory signature) private pure returns (bool) {
        bytes32 digest = MessageHashUtils.toTypedDataHash(place.domainSeparator, structHash);
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
        return failure == ECDSA.RecoverError.NoError && signer == place.operator;
    }
}
