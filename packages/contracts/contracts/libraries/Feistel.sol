// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Tag} from "./Tag.sol";

/// @title The keyed permutation behind samples of fixed size
/// @notice The inverse of `feistel(seed, size).permute` of the core: one index is looked up without the others.
library Feistel {
    /// @notice Sizes up to this take 16 rounds, larger ones 8: fewer are visibly biased for small sizes.
    uint64 internal constant SMALL = 65_536;

    /// @notice Which of the numbers below `size` is permuted to `index`?
    /// @dev It walks the cycle over 2^(2b) >= size numbers until it is back below `size`: less than 4 passes on average.
    /// @param index Below `size`.
    function inverse(bytes32 seed, uint64 size, uint64 index) internal pure returns (uint64) {
        uint256 b = halfBits(size);
        uint256 rounds = size <= SMALL ? 16 : 8;
        (uint256 left, uint256 right) = (index >> b, index & ((1 << b) - 1));
        do (left, right) = backward(seed, b, rounds, left, right);
        while ((left << b) | right >= size);
        return uint64((left << b) | right);
    }

    /// @notice b = max(1, ceil(bitlength(size - 1) / 2)).
    function halfBits(uint64 size) internal pure returns (uint256) {
        return (Math.log2(size - 1) + 2) / 2;
    }

    /// @notice The rounds in reverse: (L, R) <- (R xor f(L), L).
    function backward(bytes32 seed, uint256 b, uint256 rounds, uint256 left, uint256 right)
        private
        pure
        returns (uint256, uint256)
    {
        uint256 mask = (1 << b) - 1;
        for (uint256 round = rounds; round > 0; round--) {
            (left, right) = (right ^ (f(seed, round - 1, left) & mask), left);
        }
        return (left, right);
    }

    /// @notice tagged("feistel", seed || u8 round || u64 half), of which the low b bits count.
    /// @dev The same hash by `abi.encodePacked` would take new memory in each of the rounds.
    function f(bytes32 seed, uint256 round, uint256 half) private pure returns (uint256 mixed) {
        bytes32 tag = Tag.FEISTEL;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 32), seed)
            // round || half || 23 bytes that are not hashed
            mstore(add(free, 64), or(shl(248, round), shl(184, half)))
            mixed := keccak256(free, 73)
        }
    }
}
