// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Faults, SignedBatch, SignedCheckpoint, SignedReceipt} from "../libraries/Faults.sol";
import {Inclusion} from "../libraries/Inclusion.sol";
import {Leaf} from "../libraries/Structs.sol";

/// @title For tests only: proofs of faults
contract FaultsHarness {
    function twoBatches(Faults.Place memory place, SignedBatch memory first, SignedBatch memory second)
        external
        pure
        returns (bool)
    {
        return Faults.twoBatches(place, first, second);
    }

    function twoReceipts(Faults.Place memory place, SignedReceipt memory first, SignedReceipt memory second)
        external
        pure
        returns (bool)
    {
        return Faults.twoReceipts(place, first, second);
    }

    function twoCheckpoints(Faults.Place memory place, SignedCheckpoint memory first, SignedCheckpoint memory second)
        external
        pure
        returns (bool)
    {
        return Faults.twoCheckpoints(place, first, second);
    }

    function rewrittenLog(Faults.Place memory place, SignedCheckpoint memory older, SignedCheckpoint memory newer)
        external
        pure
        returns (bool)
    {
        return Faults.rewrittenLog(place, older, newer);
    }

    function batchAgainstLog(Faults.Place memory place, SignedCheckpoint memory checkpoint, SignedBatch memory batch)
        external
        pure
        returns (bool)
    {
        return Faults.batchAgainstLog(place, checkpoint, batch);
    }

    function receiptOutsideBatch(Faults.Place memory place, SignedReceipt memory receipt, SignedBatch memory batch)
        external
        pure
        returns (bool)
    {
        return Faults.receiptOutsideBatch(place, receipt, batch);
    }

    function receiptNotHonoured(
        Faults.Place memory place,
        Inclusion.Tree memory tree,
        SignedReceipt memory receipt,
        SignedBatch memory batch,
        Leaf memory leaf,
        bytes[] memory proof
    ) external pure returns (bool) {
        return Faults.receiptNotHonoured(place, tree, receipt, batch, leaf, proof);
    }
}
