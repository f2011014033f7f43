// docs/scenarios.md and its figures are what the named scenarios give.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Scenarios } from '@spotcheck/sim'
import { expect, test } from 'vitest'
import { draw, FIGURES } from '../scripts/figures.mjs'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../docs/${file}`, import.meta.url)), 'utf8')

test('every named scenario is documented, in order, with its figure and the commands that draw it', () => {
  // What a file says comes first.
  const [, , ...sections] = read('scenarios.md').split('\n## ')
  expect(sections.map((section) => section.split('\n')[0])).toEqual(Scenarios.names)
  expect(Object.keys(FIGURES)).toEqual(Scenarios.names)
  for (const [i, [name, [command, figure]]] of Object.entries(FIGURES).entries()) {
    expect(sections[i]).toContain(`](figures/${name}.svg)`)
    expect(sections[i]).toContain(`spotcheck -- ${command} ${name} --json > result.json\n`)
    expect(sections[i]).toContain(`spotcheck -- report result.json --figure ${figure} -o figure.svg\n`)
  }
})

test.each(Object.keys(FIGURES))(
  'docs/figures/%s.svg is what npm run figures draws',
  (name) => {
    expect(draw(name)).toBe(read(`figures/${name}.svg`))
  },
  300_000,
)
