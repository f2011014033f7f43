// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tag} from "./Tag.sol";

/// @title Unbiased integers out of a hash
/// @notice Equal to `Sample.uniform` of the core.
library Uniform {
    /// @notice An integer below `m`, each as likely as any other: the first tagged("uniform", x || u32 j) below the largest
    /// multiple of m that 2^256 holds, modulo m.
    /// @param m At least 1; it panics at 0.
    function draw(bytes memory x, uint256 m) internal pure returns (uint256) {
        // 2^256 mod m, without 2^256.
        uint256 excess = addmod(type(uint256).max, 1, m);
        uint256 v = value(x, 0);
        for (uint32 j = 1; v > type(uint256).max - excess; j++) v = value(x, j);
        return v % m;
    }

    function value(bytes memory x, uint32 j) private pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(Tag.UNIFORM, x, j)));
    }
}
