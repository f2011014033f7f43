// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DrandQuicknet} from "./DrandQuicknet.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title drand's quicknet chain, verified and remembered
/// @notice Anyone may bring the signature of a round, once for all who need it; what it takes is what drand's endpoints
/// answer.
contract DrandBeacon is IBeacon {
    mapping(uint64 round => bytes32) private recorded;

    /// @notice The signature is not quicknet's for this round.
    error InvalidSignature(uint64 round);

    /// @notice Records the value of a round. A round that is known already is left as it is.
    /// @param signature 48 bytes, the compressed point that drand publishes.
    function submit(uint64 round, bytes calldata signature) external {
        if (recorded[round] != 0) return;
        if (!DrandQuicknet.verify(round, signature)) revert InvalidSignature(round);
        bytes32 value = DrandQuicknet.randomness(signature);
        recorded[round] = value;
        emit RoundRecorded(round, value);
    }

    /// @inheritdoc IBeacon
    function randomness(uint64 round) external view returns (bytes32 value) {
        value = recorded[round];
        if (value == 0) revert UnknownRound(round);
    }
}
