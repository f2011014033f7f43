// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IBeacon, IBeaconErrors} from "./beacon/IBeacon.sol";
import {Inclusion} from "./libraries/Inclusion.sol";
import {MerkleSum} from "./libraries/MerkleSum.sol";
import {Sample} from "./libraries/Sample.sol";
import {Seed} from "./libraries/Seed.sol";
import {Batch, Leaf, Structs} from "./libraries/Structs.sol";
import {TreeHash} from "./libraries/TreeHash.sol";

/// @title Is this task of this batch checked?
/// @notice Answers for one network's parameters what `Sample` of the core answers off chain. It does not judge
/// the batch: that it is signed, in time and names the round of its epoch is for whoever accepts it.
contract Sampler is IBeaconErrors {
    /// @notice Where signatures of the network are valid.
    bytes32 public immutable domainSeparator;
    /// @notice Source of the randomness.
    IBeacon public immutable beacon;
    /// @notice What the trees of batches are hashed by.
    TreeHash public immutable treeHash;

    Sample.Mode private immutable mode;
    uint256 private immutable rate;
    uint128 private immutable interval;

    /// @notice The proof does not show the leaf in the batch.
    error NotInBatch(uint64 index);

    /// @notice The network does not sample by value: `isSampled` answers from the index alone.
    error NotByValue();

    /// @param verifyingContract That of the parameters; the zero address where their signatures are valid off chain.
    /// @param rule The sampling of the parameters; reverts with `Sample.SecretIsOffChain` if it is secret.
    constructor(address verifyingContract, IBeacon beacon_, TreeHash treeHash_, Sample.Rule memory rule) {
        Sample.check(rule);
        domainSeparator = Structs.domainSeparator(block.chainid, verifyingContract);
        (beacon, treeHash) = (beacon_, treeHash_);
        (mode, rate, interval) = (rule.mode, rule.rate, rule.interval);
    }

    /// @notice The sampling of the parameters.
    function sampling() public view returns (Sample.Rule memory) {
        return Sample.Rule(mode, rate, interval);
    }

    /// @notice `batchDigest`: the EIP-712 signing digest.
    function digestOf(Batch calldata batch) public view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator, Structs.hashStruct(batch));
    }

    /// @notice What the batch's sample is drawn from; reverts with `IBeacon.UnknownRound` until its round is recorded.
    function seedOf(Batch calldata batch) public view returns (bytes32) {
        return Seed.from(beacon.randomness(batch.beaconRound), digestOf(batch));
    }

    /// @notice Is the leaf at `index` sampled? Reverts with `Sample.PositionNeeded` when sampling by value.
    function isSampled(Batch calldata batch, uint64 index) external view returns (bool) {
        return Sample.includes(sampling(), seedOf(batch), batch.count, index);
    }

    /// @notice Is this leaf sampled, when sampling by value?
    /// @param proof The 48-byte nodes of `Commitment.prove`; reverts with `NotInBatch` if they don't show the leaf.
    function isLeafSampled(Batch calldata batch, Leaf calldata leaf, bytes[] calldata proof)
        external
        view
        returns (bool)
    {
        if (mode != Sample.Mode.ByValue) revert NotByValue();
        return Sample.byValue(seedOf(batch), interval, positionOf(batch, leaf, proof));
    }

    function positionOf(Batch calldata batch, Leaf calldata leaf, bytes[] calldata proof)
        private
        view
        returns (MerkleSum.Position memory)
    {
        (bool found, MerkleSum.Position memory position) = Inclusion.positionOf(treeHash, batch, leaf, proof);
        if (!found) revert NotInBatch(leaf.index);
        return position;
    }
}
