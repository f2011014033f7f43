// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What an executor commits to for one epoch.
struct Batch {
    bytes32 paramsHash;
    address executor;
    uint64 epoch;
    uint64 count;
    uint128 totalWeight;
    bytes32 root;
    bytes32 canaryRoot;
    uint64 beaconRound;
}

/// @notice The executor's promise that the batch has this leaf at this index.
struct Receipt {
    bytes32 paramsHash;
    address executor;
    uint64 epoch;
    uint64 index;
    bytes32 leafHash;
}

/// @notice The client's order to pay at most so much for the epoch.
struct Voucher {
    bytes32 paramsHash;
    address client;
    address executor;
    uint64 epoch;
    uint128 cumulative;
}

/// @notice A head of the executor's append-only log.
struct Checkpoint {
    bytes32 paramsHash;
    address executor;
    uint64 epoch;
    uint64 sequence;
    uint64 size;
    bytes32 root;
}

/// @notice One leaf of a batch.
struct Leaf {
    uint64 index;
    bytes32 taskId;
    uint128 weight;
    bytes32 bytesCommit;
    bytes32 evidenceCommit;
}

/// @title What is signed, and the bytes of a leaf
/// @notice Equal to `TypedData` of the core: EIP-712 hashStruct of each struct, and the domain.
library Structs {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant BATCH = keccak256(
        "Batch(bytes32 paramsHash,address executor,uint64 epoch,uint64 count,uint128 totalWeight,bytes32 root,bytes32 canaryRoot,uint64 beaconRound)"
    );
    bytes32 private constant RECEIPT =
        keccak256("Receipt(bytes32 paramsHash,address executor,uint64 epoch,uint64 index,bytes32 leafHash)");
    bytes32 private constant VOUCHER =
        keccak256("Voucher(bytes32 paramsHash,address client,address executor,uint64 epoch,uint128 cumulative)");
    bytes32 private constant CHECKPOINT = keccak256(
        "Checkpoint(bytes32 paramsHash,address executor,uint64 epoch,uint64 sequence,uint64 size,bytes32 root)"
    );

    /// @notice The domain "Spotcheck", version "1".
    /// @param verifyingContract That of the parameters; the zero address where they are used off chain.
    function domainSeparator(uint256 chainId, address verifyingContract) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("Spotcheck"), keccak256("1"), chainId, verifyingContract));
    }

    function hashStruct(Batch memory batch) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH, batch));
    }

    function hashStruct(Receipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT, receipt));
    }

    function hashStruct(Voucher memory voucher) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER, voucher));
    }

    function hashStruct(Checkpoint memory checkpoint) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHECKPOINT, checkpoint));
    }

    /// @notice The 120 bytes of a leaf: u64 index || taskId || u128 weight || bytesCommit || evidenceCommit.
    function encode(Leaf memory leaf) internal pure returns (bytes memory) {
        return abi.encodePacked(leaf.index, leaf.taskId, leaf.weight, leaf.bytesCommit, leaf.evidenceCommit);
    }
}
