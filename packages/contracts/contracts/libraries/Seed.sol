// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tag} from "./Tag.sol";

/// @title From a beacon to the seed of a batch's sample
/// @notice Equal to `Beacon.seed` and `Beacon.roundFor` of the core.
library Seed {
    /// @notice tagged("seed", randomness || batchDigest): nothing done after the randomness is known changes it.
    function from(bytes32 randomness, bytes32 batchDigest) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(Tag.SEED, randomness, batchDigest));
    }

    /// @notice The only round that may draw the samples of an epoch: the first at least `gap` seconds after its deadline,
    /// max(1, 1 + ceil((deadline + gap - genesis) / period)).
    /// @param genesis When round 1 came, seconds.
    /// @param period Seconds from one round to the next, at least 1; it panics at 0.
    function roundFor(uint64 deadline, uint64 gap, uint64 genesis, uint64 period) internal pure returns (uint64) {
        uint64 earliest = deadline + gap;
        if (earliest <= genesis) return 1;
        uint64 wait = earliest - genesis;
        return 1 + wait / period + (wait % period == 0 ? 0 : 1);
    }
}
