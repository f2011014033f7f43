// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BLS signatures in G1 of BLS12-381, by the precompiles of EIP-2537
/// @notice Points are as those take them: coordinates of 64 bytes, big-endian, so 128 bytes in G1 and 256 in G2.
library Bls12381 {
    /// @notice A field element, or what is to be reduced to one: 512 bits.
    struct Fp {
        uint256 high;
        uint256 low;
    }

    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);

    /// @dev A precompile that refuses its input takes all the gas it is given: 2 pairs cost 102,900, and this is its bound.
    uint256 private constant PAIRING_GAS = 250_000;

    /// @dev p, the field's order.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    /// @dev (p + 1) / 4: what takes a square to its root, for p = 3 modulo 4.
    uint256 private constant ROOT_HIGH = 0x0680447a8e5ff9a692c6e9ed90d2eb35;
    uint256 private constant ROOT_LOW = 0xd91dd2e13ce144afd9cc34a83dac3d8907aaffffac54ffffee7fbfffffffeaab;
    /// @dev (p - 1) / 2: y is the larger of the two roots if it is above.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// @dev The generator of G2, negated.
    bytes private constant MINUS_G2 =
        hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa"
        hex"0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed";

    /// @notice A precompile failed on input that is always good: the chain has no EIP-2537, or the gas is spent.
    error PrecompileFailed(address precompile);

    /// @notice e(signature, -G2) · e(message, publicKey) = 1? The pairing checks that the points are in their subgroups.
    function isSignature(bytes memory signature, bytes memory message, bytes memory publicKey)
        internal
        view
        returns (bool)
    {
        bytes memory pairs = abi.encodePacked(signature, MINUS_G2, message, publicKey);
        (bool success, bytes memory answer) = PAIRING.staticcall{gas: PAIRING_GAS}(pairs);
        return success && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }

    /// @notice hash_to_curve of RFC 9380, suite BLS12381G1_XMD:SHA-256_SSWU_RO_: the sum of two mapped field elements.
    /// @dev MAP_FP_TO_G1 clears the cofactor of each, which comes to the same as clearing that of the sum.
    function hashToG1(bytes memory message, bytes memory domain) internal view returns (bytes memory) {
        bytes32[4] memory b = expand(message, domain);
        bytes memory first = mapToG1(Fp(uint256(b[0]), uint256(b[1])));
        bytes memory second = mapToG1(Fp(uint256(b[2]), uint256(b[3])));
        return call(G1ADD, abi.encodePacked(first, second));
    }

    /// @notice expand_message_xmd of RFC 9380, section 5.3.1, with SHA-256, to 128 bytes.
    function expand(bytes memory message, bytes memory domain) internal pure returns (bytes32[4] memory b) {
        bytes memory suffix = abi.encodePacked(domain, uint8(domain.length));
        bytes32 b0 = sha256(abi.encodePacked(new bytes(64), message, uint16(128), uint8(0), suffix));
        bytes32 last = 0;
        for (uint8 i = 0; i < 4; i++) {
            last = sha256(abi.encodePacked(b0 ^ last, i + 1, suffix));
            b[i] = last;
        }
    }

    /// @notice The point of a compressed one: 48 bytes, x with three flags in its first bits (compressed, infinity, larger
    /// y). False unless it is such a spelling of a point of the curve other than infinity.
    function decompressG1(bytes memory compressed) internal view returns (bool, bytes memory) {
        if (compressed.length != 48) return (false, "");
        (uint256 flags, Fp memory x) = split(compressed);
        if (flags & 6 != 4 || !isLess(x, Fp(P_HIGH, P_LOW))) return (false, "");
        Fp memory square = plus4(power(x, Fp(0, 3)));
        Fp memory y = power(square, Fp(ROOT_HIGH, ROOT_LOW));
        Fp memory check = power(y, Fp(0, 2));
        if (check.high != square.high || check.low != square.low) return (false, "");
        bool isLarger = isLess(Fp(HALF_HIGH, HALF_LOW), y);
        if (isLarger != (flags & 1 == 1)) y = minus(Fp(P_HIGH, P_LOW), y);
        return (true, abi.encodePacked(x.high, x.low, y.high, y.low));
    }

    /// @notice The three flags and the 381 bits after them.
    function split(bytes memory compressed) private pure returns (uint256 flags, Fp memory x) {
        uint256 head;
        uint256 tail;
        assembly ("memory-safe") {
            head := shr(128, mload(add(compressed, 32)))
            tail := mload(add(compressed, 48))
        }
        return (head >> 125, Fp(head & ((1 << 125) - 1), tail));
    }

    function mapToG1(Fp memory element) private view returns (bytes memory) {
        Fp memory reduced = power(element, Fp(0, 1));
        return call(MAP_FP_TO_G1, abi.encodePacked(reduced.high, reduced.low));
    }

    /// @notice base^exponent modulo p.
    function power(Fp memory base, Fp memory exponent) private view returns (Fp memory) {
        uint256 length = exponent.high == 0 ? 32 : 64;
        bytes memory digits = exponent.high == 0
            ? abi.encodePacked(exponent.low)
            : abi.encodePacked(exponent.high, exponent.low);
        bytes memory input =
            abi.encodePacked(uint256(64), length, uint256(64), base.high, base.low, digits, P_HIGH, P_LOW);
        return abi.decode(call(MODEXP, input), (Fp));
    }

    /// @notice x + 4 modulo p, for x < p.
    function plus4(Fp memory x) private pure returns (Fp memory sum) {
        unchecked {
            sum = Fp(x.high, x.low + 4);
            if (sum.low < 4) sum.high++;
        }
        if (!isLess(sum, Fp(P_HIGH, P_LOW))) sum = minus(sum, Fp(P_HIGH, P_LOW));
    }

    /// @notice a - b, for a >= b.
    function minus(Fp memory a, Fp memory b) private pure returns (Fp memory) {
        unchecked {
            return Fp(a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low);
        }
    }

    function isLess(Fp memory a, Fp memory b) private pure returns (bool) {
        return a.high == b.high ? a.low < b.low : a.high < b.high;
    }

    function call(address precompile, bytes memory input) private view returns (bytes memory) {
        (bool success, bytes memory answer) = precompile.staticcall(input);
        // Where there is no precompile, a call succeeds and answers nothing.
        if (!success || answer.length == 0) revert PrecompileFailed(precompile);
        return answer;
    }
}
