/**
 * One figure as an SVG file: it brings its own style, paper and words, and is read in light and dark.
 *
 * @module
 */
import { draw } from './drawing.js'
import type { Figure, Panel } from './figure.js'
import { escaped } from './html.js'
import { PAINT } from './style.js'

const MARGIN = 16
const HEAD = 44

/** The figure as a file. Its title and caption are its words for those who don't see it. */
export function standalone({ title, caption, key, chart }: Figure): string {
  const { inner, width, height } = typeof chart === 'function' ? whole(draw(chart, 'wide', title)) : grid(chart)
  const foot = key === undefined ? 0 : 30
  const size = { width: width + 2 * MARGIN, height: height + HEAD + foot + MARGIN }
  const under = key === undefined ? '' : words(key, HEAD + height + 20, 'class="key"')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title desc">
<metadata>spotcheck report</metadata>
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(caption)}</desc>
<style>${PAINT}
svg { color: var(--ink); font: 12.5px system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
text { white-space: pre; font-variant-numeric: tabular-nums; }
.title { font-size: 15px; font-weight: 700; }
.key { fill: var(--soft); font-size: 11px; }</style>
<rect width="100%" height="100%" rx="6" fill="var(--paper)"/>
${words(title, 28, 'class="title"')}
${inner}${under}
</svg>
`
}

function words(text: string, y: number, attribute: string): string {
  return `<text x="${MARGIN}" y="${y}" fill="currentColor" ${attribute}>${escaped(text)}</text>`
}

type Placed = Readonly<{ inner: string; width: number; height: number }>

/** The chart at its place. */
function whole(svg: string, x = MARGIN, y = HEAD): Placed {
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`<svg[^>]* ${name}="([^"]*)"`).exec(svg)?.[1]),
  )
  return { inner: svg.replace('<svg ', `<svg x="${x}" y="${y}" overflow="visible" `), width: width!, height: height! }
}

/** Small charts, three in a row. */
function grid(panels: readonly Panel[]): Placed {
  const cells = panels.map(({ title, note, chart }, i) => {
    const [x, y] = [MARGIN + (i % 3) * 240, HEAD + Math.floor(i / 3) * 195]
    const said = `<text x="${x}" y="${y + 14}" fill="currentColor"><tspan font-weight="700">${escaped(title)}</tspan> ${escaped(note)}</text>`
    return `${said}\n${whole(draw(chart, 'panel', title), x, y + 22).inner}`
  })
  return { inner: cells.join('\n'), width: 720, height: Math.ceil(panels.length / 3) * 195 }
}
