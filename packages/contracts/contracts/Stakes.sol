// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Faults, SignedBatch, SignedCheckpoint, SignedReceipt} from "./libraries/Faults.sol";
import {Inclusion} from "./libraries/Inclusion.sol";
import {Leaf} from "./libraries/Structs.sol";
import {TreeHash} from "./libraries/TreeHash.sol";

/// @title Executors' stakes, and what their own signatures cost them
/// @notice An executor stakes native money under an operator key, locks part of it for an epoch before the epoch opens and
/// signs batches, checkpoints and receipts with that key. Until the epoch is settled anybody may prove, from those
/// signatures alone, that it equivocated or left out what it had promised; each fault is slashed once, at most what is
/// locked. The amounts are those of `Settlement` and `Stake` of the core.
contract Stakes is EIP712 {
    /// @notice What of the parameters concerns stakes.
    struct Rules {
        /// `Protocol.hash` of the parameters, whose verifying contract is this one.
        bytes32 paramsHash;
        /// When epoch 0 opens, seconds.
        uint64 genesis;
        /// Seconds, at least 1.
        uint64 epochLength;
        /// From an epoch's close to its settlement deadline, seconds.
        uint64 settlement;
        /// From asking for stake to having it, seconds.
        uint64 unbonding;
        /// Penalty of a leaf that was promised and left out, wei.
        uint128 opening;
        /// Penalty of equivocation, wei.
        uint128 equivocation;
        /// Share of each penalty that is burnt, WAD, at most 1e18.
        uint256 burnShare;
        /// What batches' trees are hashed by.
        TreeHash treeHash;
        /// Sampling by value: the trees have sums.
        bool hasSums;
        /// Who has what is slashed and not burnt.
        address treasury;
    }

    /// @notice What an executor has locked for an epoch, and the key that speaks for it.
    struct Lock {
        uint256 amount;
        address operator;
    }

    Rules private rules_;

    /// @notice The key that signs for an executor; its own address unless it named another.
    mapping(address executor => address) private operators;
    /// @notice Stake that is neither locked nor asked for.
    mapping(address executor => uint256) public stakeOf;
    /// @notice The sum of an executor's locks.
    mapping(address executor => uint256) public exposureOf;
    /// @notice Locks by epoch.
    mapping(address executor => mapping(uint64 epoch => Lock)) public lockOf;
    /// @notice Stake asked for, by the time at which it can be withdrawn.
    mapping(address executor => mapping(uint64 release => uint256)) public unbondingOf;
    /// @notice Money to be had for the asking.
    mapping(address party => uint256) public balanceOf;
    /// @notice Faults that were slashed.
    mapping(bytes32 slashId => bool) public isSlashed;
    /// @notice Wei that nobody can ever have.
    uint256 public burnt;

    /// @notice An executor named the key that signs for it.
    event OperatorSet(address indexed executor, address indexed operator);
    /// @notice Stake was added.
    event Staked(address indexed executor, uint256 amount);
    /// @notice Stake was locked for an epoch, and who signs in it.
    event Locked(address indexed executor, uint64 indexed epoch, uint256 amount, address operator);
    /// @notice What was left of a lock is stake again.
    event Released(address indexed executor, uint64 indexed epoch, uint256 amount);
    /// @notice Stake was asked for, to be withdrawn from `release` on.
    event Unbonding(address indexed executor, uint256 amount, uint64 release);
    /// @notice A fault was slashed; `burnt` of the amount is gone, the rest is the treasury's.
    event Slashed(
        bytes32 indexed slashId, address indexed executor, uint64 indexed epoch, bytes32 reason, uint256 amount, uint256 burnt
    );
    /// @notice Money left the contract.
    event Paid(address indexed party, uint256 amount);

    /// @notice A share must be at most 1e18, an epoch at least a second, the treasury an address.
    error InvalidRules();
    /// @notice An amount must not be 0.
    error NothingToDo();
    /// @notice There is less stake than that.
    error InsufficientStake(uint256 stake, uint256 wanted);
    /// @notice The epoch has opened: locks come before the first receipt.
    error EpochOpened(uint64 epoch, uint256 opening);
    /// @notice Faults are slashed from the opening of their epoch on.
    error EpochNotOpened(uint64 epoch, uint256 opening);
    /// @notice Locks of an epoch last until then.
    error NotSettled(uint64 epoch, uint256 deadline);
    /// @notice While stake is locked it stays, and so does the key that speaks for it.
    error StakeLocked(uint256 exposure);
    /// @notice It is not time yet.
    error StillUnbonding(uint64 release);
    /// @notice An operator must be an address.
    error InvalidOperator();
    /// @notice The statements don't convict that executor of that.
    error NotAFault();
    /// @notice Each fault is slashed once, however many proofs there are of it.
    error AlreadySlashed(bytes32 slashId);

    constructor(Rules memory given) EIP712("Spotcheck", "1") {
        if (given.burnShare > 1e18 || given.epochLength == 0 || given.treasury == address(0)) revert InvalidRules();
        rules_ = given;
    }

    /// @notice What of the parameters concerns stakes.
    function rules() external view returns (Rules memory) {
        return rules_;
    }

    /// @notice EIP-712 domain separator of this contract.
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @notice The key that signs for an executor from its next lock on.
    function operatorOf(address executor) public view returns (address) {
        address named = operators[executor];
        return named == address(0) ? executor : named;
    }

    /// @notice When an epoch opens: from then on nothing is locked for it.
    function openingOf(uint64 epoch) public view returns (uint256) {
        return rules_.genesis + uint256(epoch) * rules_.epochLength;
    }

    /// @notice When an epoch is settled: until then its locks last and its faults are slashed.
    function settlementOf(uint64 epoch) public view returns (uint256) {
        return openingOf(epoch) + rules_.epochLength + rules_.settlement;
    }

    /// @notice Names the key that signs. Not while anything is locked: what was signed stays signed.
    function setOperator(address operator) external {
        if (operator == address(0)) revert InvalidOperator();
        if (exposureOf[msg.sender] > 0) revert StakeLocked(exposureOf[msg.sender]);
        operators[msg.sender] = operator;
        emit OperatorSet(msg.sender, operator);
    }

    /// @notice Adds the value sent to the sender's stake.
    function stake() external payable {
        if (msg.value == 0) revert NothingToDo();
        stakeOf[msg.sender] += msg.value;
        emit Staked(msg.sender, msg.value);
    }

    /// @notice Locks stake for an epoch that has not opened, on top of what is locked for it already.
    function lock(uint64 epoch, uint256 amount) external {
        if (amount == 0) revert NothingToDo();
        if (block.timestamp >= openingOf(epoch)) revert EpochOpened(epoch, openingOf(epoch));
        takeStake(amount);
        exposureOf[msg.sender] += amount;
        Lock storage held = lockOf[msg.sender][epoch];
        held.amount += amount;
        held.operator = operatorOf(msg.sender);
        emit Locked(msg.sender, epoch, amount, held.operator);
    }

    /// @notice Makes what is left of a lock stake again once its epoch is settled. Anybody may.
    function release(address executor, uint64 epoch) external {
        if (block.timestamp <= settlementOf(epoch)) revert NotSettled(epoch, settlementOf(epoch));
        Lock memory held = lockOf[executor][epoch];
        if (held.operator == address(0)) revert NothingToDo();
        delete lockOf[executor][epoch];
        exposureOf[executor] -= held.amount;
        stakeOf[executor] += held.amount;
        emit Released(executor, epoch, held.amount);
    }

    /// @notice Asks for stake. Not while any is locked: whatever may still be found must find it at home.
    function unbond(uint256 amount) external {
        if (amount == 0) revert NothingToDo();
        if (exposureOf[msg.sender] > 0) revert StakeLocked(exposureOf[msg.sender]);
        takeStake(amount);
        uint64 due = uint64(block.timestamp) + rules_.unbonding;
        unbondingOf[msg.sender][due] += amount;
        emit Unbonding(msg.sender, amount, due);
    }

    /// @notice Pays out what was asked for and is due at `due`, the time that `Unbonding` announced.
    function withdraw(uint64 due) external {
        if (block.timestamp < due) revert StillUnbonding(due);
        balanceOf[msg.sender] += unbondingOf[msg.sender][due];
        delete unbondingOf[msg.sender][due];
        claim();
    }

    /// @notice Pays out the sender's balance.
    /// @dev The balance is gone before the money leaves, so that coming back in finds nothing.
    function claim() public {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToDo();
        delete balanceOf[msg.sender];
        emit Paid(msg.sender, amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @notice Slashes for two batches of one epoch.
    function proveTwoBatches(SignedBatch calldata first, SignedBatch calldata second) external {
        (address executor, uint64 epoch) = (first.body.executor, first.body.epoch);
        convictEpoch(executor, epoch, "two-batches", Faults.twoBatches(placeOf(executor, epoch), first, second));
    }

    /// @notice Slashes for two leaves of one index.
    function proveTwoReceipts(SignedReceipt calldata first, SignedReceipt calldata second) external {
        (address executor, uint64 epoch) = (first.body.executor, first.body.epoch);
        convictEpoch(executor, epoch, "two-receipts", Faults.twoReceipts(placeOf(executor, epoch), first, second));
    }

    /// @notice Slashes for two heads of one sequence number.
    function proveTwoCheckpoints(SignedCheckpoint calldata first, SignedCheckpoint calldata second) external {
        (address executor, uint64 epoch) = (first.body.executor, first.body.epoch);
        convictEpoch(executor, epoch, "two-checkpoints", Faults.twoCheckpoints(placeOf(executor, epoch), first, second));
    }

    /// @notice Slashes for a head that does not extend an older one.
    function proveRewrittenLog(SignedCheckpoint calldata older, SignedCheckpoint calldata newer) external {
        (address executor, uint64 epoch) = (older.body.executor, older.body.epoch);
        convictEpoch(executor, epoch, "rewritten-log", Faults.rewrittenLog(placeOf(executor, epoch), older, newer));
    }

    /// @notice Slashes for a batch that does not extend a head of its log.
    function proveBatchAgainstLog(SignedCheckpoint calldata checkpoint, SignedBatch calldata batch) external {
        (address executor, uint64 epoch) = (batch.body.executor, batch.body.epoch);
        bool holds = Faults.batchAgainstLog(placeOf(executor, epoch), checkpoint, batch);
        convictEpoch(executor, epoch, "batch-against-log", holds);
    }

    /// @notice Slashes for a receipt of an index that the batch does not have.
    function proveReceiptOutsideBatch(SignedReceipt calldata receipt, SignedBatch calldata batch) external {
        (address executor, uint64 epoch) = (receipt.body.executor, receipt.body.epoch);
        bool holds = Faults.receiptOutsideBatch(placeOf(executor, epoch), receipt, batch);
        convictLeaf(executor, epoch, receipt.body.index, "receipt-outside-batch", holds);
    }

    /// @notice Slashes for a receipt of another leaf than the one that the batch has at its index.
    function proveReceiptNotHonoured(
        SignedReceipt calldata receipt,
        SignedBatch calldata batch,
        Leaf calldata leaf,
        bytes[] calldata proof
    ) external {
        Inclusion.Tree memory tree = Inclusion.Tree(rules_.treeHash, rules_.hasSums);
        Faults.Place memory place = placeOf(receipt.body.executor, receipt.body.epoch);
        bool holds = Faults.receiptNotHonoured(place, tree, receipt, batch, leaf, proof);
        convictLeaf(place.executor, place.epoch, leaf.index, "receipt-not-honoured", holds);
    }

    /// @notice Identity of a fault of a whole epoch.
    function epochSlashId(address executor, uint64 epoch) public pure returns (bytes32) {
        return keccak256(abi.encode(executor, epoch));
    }

    /// @notice Identity of a fault of one leaf.
    function leafSlashId(address executor, uint64 epoch, uint64 index) public pure returns (bytes32) {
        return keccak256(abi.encode(executor, epoch, index));
    }

    /// @dev The operator is the one of the lock; without a lock it is nobody, whose signature does not exist.
    function placeOf(address executor, uint64 epoch) private view returns (Faults.Place memory) {
        address operator = lockOf[executor][epoch].operator;
        return Faults.Place(_domainSeparatorV4(), rules_.paramsHash, executor, epoch, operator);
    }

    function convictEpoch(address executor, uint64 epoch, bytes32 reason, bool holds) private {
        slash(epochSlashId(executor, epoch), executor, epoch, reason, holds, rules_.equivocation);
    }

    function convictLeaf(address executor, uint64 epoch, uint64 index, bytes32 reason, bool holds) private {
        slash(leafSlashId(executor, epoch, index), executor, epoch, reason, holds, rules_.opening);
    }

    /// @dev At most what the lock still holds; the share to be burnt is rounded up. The lock stays, and its key with it,
    /// so that faults found later are at least on record. Not before the epoch opens, when locks can still grow: else a
    /// fault of a lock of 1 wei, proven by the executor itself, would use up the slashId of the lock to come.
    function slash(bytes32 id, address executor, uint64 epoch, bytes32 reason, bool holds, uint256 wanted) private {
        if (!holds || block.timestamp > settlementOf(epoch)) revert NotAFault();
        if (block.timestamp < openingOf(epoch)) revert EpochNotOpened(epoch, openingOf(epoch));
        if (isSlashed[id]) revert AlreadySlashed(id);
        isSlashed[id] = true;
        Lock storage held = lockOf[executor][epoch];
        uint256 amount = Math.min(held.amount, wanted);
        uint256 share = Math.mulDiv(amount, rules_.burnShare, 1e18, Math.Rounding.Ceil);
        held.amount -= amount;
        exposureOf[executor] -= amount;
        burnt += share;
        balanceOf[rules_.treasury] += amount - share;
        emit Slashed(id, executor, epoch, reason, amount, share);
    }

    function takeStake(uint256 amount) private {
        uint256 held = stakeOf[msg.sender];
        if (amount > held) revert InsufficientStake(held, amount);
        stakeOf[msg.sender] = held - amount;
    }
}
