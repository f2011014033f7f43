// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Tag} from "../libraries/Tag.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title The hash of a fixed block
/// @notice A round is a block's number and its value tagged("beacon-block", u64 number || hash), as
/// `Beacon.blockRandomness` of the core has it. The block's proposer can drop its block and so has a draw more,
/// which the parameters declare as `draws`.
contract BlockBeacon is IBeacon {
    mapping(uint64 number => bytes32) private recorded;

    /// @notice The block is not mined yet, or more than 8191 blocks ago (EIP-2935).
    error BlockOutOfReach(uint64 number, uint256 current);

    /// @notice Records the hash of a block while the chain still knows it. A block that is recorded already is left as it is.
    function record(uint64 number) external {
        if (recorded[number] != 0) return;
        bytes32 hash = Blockhash.blockHash(number);
        if (hash == 0) revert BlockOutOfReach(number, block.number);
        bytes32 value = keccak256(abi.encodePacked(Tag.BEACON_BLOCK, number, hash));
        recorded[number] = value;
        emit RoundRecorded(number, value);
    }

    /// @inheritdoc IBeacon
    function randomness(uint64 number) external view returns (bytes32 value) {
        value = recorded[number];
        if (value == 0) revert UnknownRound(number);
    }
}
