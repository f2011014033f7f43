// node scripts/build.mjs: installs and compiles what is out of date, and nothing else.
import { setup } from './setup.mjs'

setup()
