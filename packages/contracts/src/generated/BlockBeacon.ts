// Written by `npm run contracts`.

/** ABI of BlockBeacon.sol. */
export const abi = [
  {"inputs":[{"internalType":"uint64","name":"number","type":"uint64"},{"internalType":"uint256","name":"current","type":"uint256"}],"name":"BlockOutOfReach","type":"error"},
  {"inputs":[{"internalType":"uint64","name":"round","type":"uint64"}],"name":"UnknownRound","type":"error"},
  {"anonymous":false,"inputs":[{"indexed":true,"internalType":"uint64","name":"round","type":"uint64"},{"indexed":false,"internalType":"bytes32","name":"randomness","type":"bytes32"}],"name":"RoundRecorded","type":"event"},
  {"inputs":[{"internalType":"uint64","name":"number","type":"uint64"}],"name":"randomness","outputs":[{"internalType":"bytes32","name":"value","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"internalType":"uint64","name":"number","type":"uint64"}],"name":"record","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const

/** What deploys BlockBeacon.sol; the constructor's arguments come after it. */
export const bytecode: `0x${string}` =
  '0x6080604052348015600e575f5ffd5b506102628061001c5f395ff3fe608060405234801561000f575f5ffd5b5060043610610034575f3560e01c8063193873c0146100385780637f8d3bd31461005d575b5f5ffd5b61004b610046366004610234565b610072565b60405190815260200160405180910390f35b61007061006b366004610234565b6100c2565b005b67ffffffffffffffff81165f90815260208190526040812054908190036100bd57604051634b52109d60e01b815267ffffffffffffffff831660048201526024015b60405180910390fd5b919050565b67ffffffffffffffff81165f90815260208190526040902054156100e35750565b5f6100f78267ffffffffffffffff166101e0565b90505f81900361012c57604051631b0f885360e01b815267ffffffffffffffff831660048201524360248201526044016100b4565b604080517fc66681a36fbbc4839a8ec94234d19acd7bfcd00829bbc441ac92551c67a1ecd460208201526001600160c01b031960c085901b1691810191909152604881018290525f9060680160408051808303601f19018152828252805160209182012067ffffffffffffffff87165f81815280845293909320819055808452935090917fed574df210087a3f8db9e7ea57738b05c23fa57df85591208fcaef335bc23a8e910160405180910390a2505050565b5f4382810361010181106101fc576101f784610207565b6101ff565b83405b949350505050565b5f815f525f60205260208060205f71f90827f1c53a10cb7a02335b1753200029355afa5050602051919050565b5f60208284031215610244575f5ffd5b813567ffffffffffffffff8116811461025b575f5ffd5b939250505056'
