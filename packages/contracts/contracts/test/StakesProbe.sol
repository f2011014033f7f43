// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stakes} from "../Stakes.sol";

/// @title For tests only: all that the stakes' contract holds, in one call
contract StakesProbe {
    struct Holdings {
        uint256[] stakes;
        uint256[] exposures;
        uint256 burnt;
        uint256 treasury;
        uint256 balance;
    }

    function look(Stakes stakes, address[] memory executors) external view returns (Holdings memory found) {
        found.stakes = new uint256[](executors.length);
        found.exposures = new uint256[](executors.length);
        for (uint256 i = 0; i < executors.length; i++) {
            found.stakes[i] = stakes.stakeOf(executors[i]);
            found.exposures[i] = stakes.exposureOf(executors[i]);
        }
        found.burnt = stakes.burnt();
        found.treasury = stakes.balanceOf(stakes.rules().treasury);
        found.balance = address(stakes).balance;
    }
}
