// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Feistel} from "./Feistel.sol";
import {MerkleSum} from "./MerkleSum.sol";
import {Tag} from "./Tag.sol";
import {Uniform} from "./Uniform.sol";

/// @title Which leaves of a batch are checked
/// @notice Equal to `includes` of `Sample.bernoulli`, `Sample.fixed` and `Sample.byValue` of the core.
library Sample {
    /// @notice How samples are drawn. `Secret` is there to be refused: no precompile verifies its ECVRF.
    enum Mode {
        Bernoulli,
        Fixed,
        ByValue,
        Secret
    }

    /// @notice The sampling of the parameters.
    struct Rule {
        Mode mode;
        /// Share of the leaves, WAD; 0 when sampling by value.
        uint256 rate;
        /// Wei for each drawn unit; 0 unless sampling by value.
        uint128 interval;
    }

    /// @notice Certainty.
    uint256 internal constant WAD = 1e18;

    /// @notice A rate must be more than 0 and at most 1e18.
    error InvalidRate(uint256 rate);
    /// @notice An interval must be at least 1, and the batch's total at most 2^64 intervals.
    error InvalidInterval(uint128 interval, uint128 total);
    /// @notice A position must have start <= end <= total.
    error InvalidPosition(uint128 start, uint128 end, uint128 total);
    /// @notice A batch has at least one leaf.
    error EmptyBatch();
    /// @notice Secret sampling is off chain only: each verifier shows its own draw to the others.
    error SecretIsOffChain();
    /// @notice Sampling by value asks where a leaf lies, which only its proof shows.
    error PositionNeeded();

    /// @notice Reverts unless samples can be drawn by this rule on chain.
    function check(Rule memory rule) internal pure {
        if (rule.mode == Mode.Secret) revert SecretIsOffChain();
        if (rule.mode == Mode.ByValue) checkInterval(rule.interval, 0);
        else checkRate(rule.rate);
    }

    /// @notice Is the leaf at `index` sampled, by a rule for which it takes no proof to say so?
    function includes(Rule memory rule, bytes32 seed, uint64 count, uint64 index) internal pure returns (bool) {
        if (rule.mode == Mode.Secret) revert SecretIsOffChain();
        if (rule.mode == Mode.ByValue) revert PositionNeeded();
        if (rule.mode == Mode.Fixed) return fixedSize(seed, count, rule.rate, index);
        return bernoulli(seed, count, rule.rate, index);
    }

    /// @notice Each index by a hash of its own: uint128(first 16 bytes of tagged("bern", seed || u64 index)) · 1e18 <
    /// rate · 2^128. An index outside the batch is not sampled.
    function bernoulli(bytes32 seed, uint64 count, uint256 rate, uint64 index) internal pure returns (bool) {
        checkRate(rate);
        if (count == 0) revert EmptyBatch();
        uint256 v = uint256(keccak256(abi.encodePacked(Tag.BERNOULLI, seed, index))) >> 128;
        return index < count && v * WAD < rate << 128;
    }

    /// @notice Exactly m = ceil(rate · count) of the batch, those that the permutation brings below m. An index outside the
    /// batch is not sampled.
    function fixedSize(bytes32 seed, uint64 count, uint256 rate, uint64 index) internal pure returns (bool) {
        checkRate(rate);
        if (count == 0) revert EmptyBatch();
        if (index >= count) return false;
        return Feistel.inverse(seed, count, index) < Math.ceilDiv(count * rate, WAD);
    }

    /// @notice Monetary units, one drawn out of each `interval`: sampled is the leaf that holds one. At most two draws.
    /// @param position From a proof that verified: `MerkleSum.positionOf`.
    function byValue(bytes32 seed, uint128 interval, MerkleSum.Position memory position) internal pure returns (bool) {
        (uint128 start, uint128 end) = (position.start, position.end);
        if (start > end || end > position.total) revert InvalidPosition(start, end, position.total);
        checkInterval(interval, position.total);
        if (start == end) return false;
        (uint128 first, uint128 final_) = (start / interval, (end - 1) / interval);
        // A whole cell in between: whatever its draw is, it is in there.
        if (final_ - first >= 2) return true;
        return holds(seed, interval, first, position) || (final_ > first && holds(seed, interval, final_, position));
    }

    /// @notice Does the leaf hold u_k = k · interval + uniform(seed || u64 k, interval)?
    function holds(bytes32 seed, uint128 interval, uint128 k, MerkleSum.Position memory position)
        private
        pure
        returns (bool)
    {
        uint256 unit = uint256(k) * interval + Uniform.draw(abi.encodePacked(seed, uint64(k)), interval);
        return position.start <= unit && unit < position.end;
    }

    function checkRate(uint256 rate) private pure {
        if (rate == 0 || rate > WAD) revert InvalidRate(rate);
    }

    /// @dev Cells are numbered by a u64.
    function checkInterval(uint128 interval, uint128 total) private pure {
        if (interval == 0 || total / interval > type(uint64).max) revert InvalidInterval(interval, total);
    }
}
