// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Bls12381} from "../beacon/Bls12381.sol";
import {DrandQuicknet} from "../beacon/DrandQuicknet.sol";
import {Feistel} from "../libraries/Feistel.sol";
import {Merkle} from "../libraries/Merkle.sol";
import {MerkleSum} from "../libraries/MerkleSum.sol";
import {Sample} from "../libraries/Sample.sol";
import {Seed} from "../libraries/Seed.sol";
import {Batch, Checkpoint, Leaf, Receipt, Structs, Voucher} from "../libraries/Structs.sol";
import {TreeHash} from "../libraries/TreeHash.sol";
import {Uniform} from "../libraries/Uniform.sol";

/// @title For tests only: the libraries, many cases a call
contract Harness {
    struct Inclusion {
        TreeHash hash;
        bytes32 root;
        uint64 size;
        uint64 index;
        bytes leaf;
        bytes32[] proof;
    }

    struct SumInclusion {
        TreeHash hash;
        bytes32 root;
        uint128 total;
        uint64 size;
        uint64 index;
        bytes leaf;
        uint128 weight;
        bytes[] proof;
    }

    struct Draw {
        bytes32 seed;
        uint64 count;
        uint256 rate;
        uint64 index;
    }

    struct ValueDraw {
        bytes32 seed;
        uint128 interval;
        MerkleSum.Position position;
    }

    struct Schedule {
        uint64 deadline;
        uint64 gap;
        uint64 genesis;
        uint64 period;
    }

    function leafHashes(TreeHash hash, bytes[] memory leaves) external pure returns (bytes32[2][] memory hashes) {
        hashes = new bytes32[2][](leaves.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            hashes[i] = [Merkle.leafHash(hash, leaves[i]), MerkleSum.leafHash(hash, leaves[i])];
        }
    }

    function nodeHashes(TreeHash hash, bytes32[2][] memory pairs) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](pairs.length);
        for (uint256 i = 0; i < pairs.length; i++) hashes[i] = Merkle.nodeHash(hash, pairs[i][0], pairs[i][1]);
    }

    function sumNodes(TreeHash hash, MerkleSum.Node[2][] memory pairs)
        external
        pure
        returns (bool[] memory fits, MerkleSum.Node[] memory nodes)
    {
        fits = new bool[](pairs.length);
        nodes = new MerkleSum.Node[](pairs.length);
        for (uint256 i = 0; i < pairs.length; i++) {
            (fits[i], nodes[i]) = MerkleSum.join(hash, pairs[i][0], pairs[i][1]);
        }
    }

    function verify(Inclusion[] memory cases) external pure returns (bool[] memory results) {
        results = new bool[](cases.length);
        for (uint256 i = 0; i < cases.length; i++) {
            Inclusion memory c = cases[i];
            results[i] = Merkle.verify(c.hash, c.root, c.size, c.index, Merkle.leafHash(c.hash, c.leaf), c.proof);
        }
    }

    function positions(SumInclusion[] memory cases)
        external
        pure
        returns (bool[] memory found, MerkleSum.Position[] memory results)
    {
        found = new bool[](cases.length);
        results = new MerkleSum.Position[](cases.length);
        for (uint256 i = 0; i < cases.length; i++) (found[i], results[i]) = positionOf(cases[i]);
    }

    function positionOf(SumInclusion memory c) private pure returns (bool, MerkleSum.Position memory) {
        MerkleSum.Node memory root = MerkleSum.Node(c.root, c.total);
        MerkleSum.Node memory leaf = MerkleSum.Node(MerkleSum.leafHash(c.hash, c.leaf), c.weight);
        return MerkleSum.positionOf(c.hash, root, c.size, c.index, leaf, c.proof);
    }

    function includes(Sample.Mode mode, Draw[] memory draws) external pure returns (bool[] memory results) {
        results = new bool[](draws.length);
        for (uint256 i = 0; i < draws.length; i++) {
            Draw memory d = draws[i];
            results[i] = Sample.includes(Sample.Rule(mode, d.rate, 0), d.seed, d.count, d.index);
        }
    }

    function byValue(ValueDraw[] memory draws) external pure returns (bool[] memory results) {
        results = new bool[](draws.length);
        for (uint256 i = 0; i < draws.length; i++) {
            results[i] = Sample.byValue(draws[i].seed, draws[i].interval, draws[i].position);
        }
    }

    function inverse(bytes32 seed, uint64 size) external pure returns (uint64[] memory results) {
        results = new uint64[](size);
        for (uint64 i = 0; i < size; i++) results[i] = Feistel.inverse(seed, size, i);
    }

    function uniforms(bytes[] memory xs, uint256[] memory ms) external pure returns (uint256[] memory results) {
        results = new uint256[](xs.length);
        for (uint256 i = 0; i < xs.length; i++) results[i] = Uniform.draw(xs[i], ms[i]);
    }

    function seeds(bytes32[2][] memory pairs) external pure returns (bytes32[] memory results) {
        results = new bytes32[](pairs.length);
        for (uint256 i = 0; i < pairs.length; i++) results[i] = Seed.from(pairs[i][0], pairs[i][1]);
    }

    function rounds(Schedule[] memory cases) external pure returns (uint64[] memory results) {
        results = new uint64[](cases.length);
        for (uint256 i = 0; i < cases.length; i++) {
            results[i] = Seed.roundFor(cases[i].deadline, cases[i].gap, cases[i].genesis, cases[i].period);
        }
    }

    function batchDigests(bytes32 domain, Batch[] memory all) external pure returns (bytes32[] memory results) {
        results = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; i++) results[i] = digest(domain, Structs.hashStruct(all[i]));
    }

    function receiptDigests(bytes32 domain, Receipt[] memory all) external pure returns (bytes32[] memory results) {
        results = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; i++) results[i] = digest(domain, Structs.hashStruct(all[i]));
    }

    function voucherDigests(bytes32 domain, Voucher[] memory all) external pure returns (bytes32[] memory results) {
        results = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; i++) results[i] = digest(domain, Structs.hashStruct(all[i]));
    }

    function checkpointDigests(bytes32 domain, Checkpoint[] memory all)
        external
        pure
        returns (bytes32[] memory results)
    {
        results = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; i++) results[i] = digest(domain, Structs.hashStruct(all[i]));
    }

    function encodings(Leaf[] memory leaves) external pure returns (bytes[] memory results) {
        results = new bytes[](leaves.length);
        for (uint256 i = 0; i < leaves.length; i++) results[i] = Structs.encode(leaves[i]);
    }

    function domainSeparator(uint256 chainId, address verifyingContract) external pure returns (bytes32) {
        return Structs.domainSeparator(chainId, verifyingContract);
    }

    function digest(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function verifyRound(uint64 round, bytes memory signature) external view returns (bool) {
        return DrandQuicknet.verify(round, signature);
    }

    function hashToG1(bytes memory message, bytes memory domain) external view returns (bytes memory) {
        return Bls12381.hashToG1(message, domain);
    }

    function decompressG1(bytes memory compressed) external view returns (bool, bytes memory) {
        return Bls12381.decompressG1(compressed);
    }

    function publicKey() external pure returns (bytes memory) {
        return DrandQuicknet.PUBLIC_KEY;
    }
}
