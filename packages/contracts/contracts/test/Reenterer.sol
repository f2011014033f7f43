// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stakes} from "../Stakes.sol";

/// @title For tests only: a party that asks for its money again while it gets it
contract Reenterer {
    Stakes private immutable stakes;
    uint64 public due;
    /// @notice How often it was paid.
    uint256 public payments;

    constructor(Stakes stakes_) payable {
        stakes = stakes_;
        stakes_.stake{value: msg.value}();
    }

    function unbond(uint256 amount) external {
        stakes.unbond(amount);
        due = uint64(block.timestamp) + stakes.rules().unbonding;
    }

    function withdraw() external {
        stakes.withdraw(due);
    }

    receive() external payable {
        payments++;
        try stakes.claim() {} catch {}
        try stakes.withdraw(due) {} catch {}
    }
}
