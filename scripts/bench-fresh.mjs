// node scripts/bench-fresh.mjs <compiled bench file> <name>: one entry of its `fresh`, alone in this process, and what
// it cost as JSON. It imports nothing else, for the memory of the whole process is part of the cost.
import { pathToFileURL } from 'node:url'

const [program, name] = process.argv.slice(2)
const work = await (await import(pathToFileURL(program).href)).fresh[name]()
const before = process.cpuUsage()
const start = performance.now()
await work()
const ms = performance.now() - start
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ ms, cpu: (user + system) / 1000, mib: process.resourceUsage().maxRSS / 1024 }))
