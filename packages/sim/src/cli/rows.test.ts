import { expect, test } from 'vitest'
import { type Cell, csvLine } from './rows.js'

/** RFC 4180, section 2: rules 5 to 7. */
test.each<[readonly Cell[], string]>([
  [['aaa', 'b\r\nbb', 'ccc'], 'aaa,"b\r\nbb",ccc\r\n'],
  [['aaa', 'b"bb', 'ccc'], 'aaa,"b""bb",ccc\r\n'],
  [['b\nb', 'a,b', '"'], '"b\nb","a,b",""""\r\n'],
  [[1, -0.5, 1e-7, true, ''], '1,-0.5,1e-7,true,\r\n'],
  [[null, Number.NaN, Number.POSITIVE_INFINITY], ',,\r\n'],
])('%j', (cells, line) => {
  expect(csvLine(cells)).toBe(line)
})
