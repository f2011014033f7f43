// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What a beacon refuses
/// @notice Apart from the beacon, so that the ABI of whoever asks one has it too.
interface IBeaconErrors {
    /// @notice The round has no value here yet.
    error UnknownRound(uint64 round);
}

/// @title A source of randomness that nobody chooses
/// @notice One value a round, forever. Asking for the latest one is not in the interface: whoever can choose when to ask
/// can choose the sample.
interface IBeacon is IBeaconErrors {
    /// @notice The value of a round has become known here.
    event RoundRecorded(uint64 indexed round, bytes32 randomness);

    /// @notice The value of `round`; reverts with `UnknownRound` while there is none.
    function randomness(uint64 round) external view returns (bytes32);
}
