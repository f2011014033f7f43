// What runs inside the page: plain JavaScript, since no other source of ours knows the types of a browser. Each function is
// handed over by its source and must stand alone.

/** @returns {{ caption: string, head: string[], rows: { text?: string, value?: string }[][] }[]} */
export function tables() {
  return [...document.querySelectorAll('table')].map((table) => ({
    caption: table.caption?.textContent ?? '',
    head: [...table.tHead.rows[0].cells].map((cell) => cell.textContent),
    rows: [...table.tBodies[0].rows].map((row) =>
      [...row.cells].map((cell) => {
        const data = cell.querySelector('data')
        return data === null ? { text: cell.textContent } : { value: data.value }
      }),
    ),
  }))
}

/** @returns {number[]} */
export function numbers() {
  return [...document.querySelectorAll('data')].map((data) => Number(data.value))
}

/** @returns {string[]} */
export function figures() {
  return [...document.querySelectorAll('figure')].map(({ id }) => id)
}

/** @returns {{ id: string, outline: string[] }} what has the focus, and how that is shown; an empty id where nothing has */
export function focused() {
  const element = document.activeElement ?? document.body
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  return { id: element === document.body ? '' : element.id || element.tagName, outline: [outlineStyle, outlineWidth] }
}

/** @returns {void} */
export function openAll() {
  for (const details of document.querySelectorAll('details')) details.open = true
}

/** @returns {string} */
export function paper() {
  return getComputedStyle(document.body).backgroundColor
}

/** @returns {number} */
export function widthOfContent() {
  return document.documentElement.scrollWidth
}

/** @returns {number} */
export function hiddenTables() {
  const tables = [...document.querySelectorAll('table')]
  return tables.filter((table) => !table.checkVisibility({ contentVisibilityAuto: true })).length
}

/** @returns {string[]} colour, stroke and shape of the marks of every chart */
export function shapes() {
  const marks = [...document.querySelectorAll('svg.wide g[aria-label="dot"]')]
  return marks.map((g) => [g.getAttribute('fill'), g.getAttribute('stroke'), g.firstElementChild?.tagName].join())
}

/**
 * What sticks out of the page, but for tables and text in a frame that scrolls by itself.
 * @param {number} width
 * @returns {string[]}
 */
export function sticksOut(width) {
  const scrolls = (element) => element.closest('.scroll table, pre') !== null
  const seen = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !scrolls(one))
  const boxes = seen.map((one) => ({
    one: `${one.tagName} ${one.textContent}`.slice(0, 60),
    box: one.getBoundingClientRect(),
  }))
  return boxes.filter(({ box }) => box.right > width + 0.5 || (box.left < -0.5 && box.right > 0)).map(({ one }) => one)
}

/** @returns {{ text: string, contrast: number }[]} each text that is seen, with its contrast to what is behind it (WCAG 2.2) */
export function contrasts() {
  const parse = (colour) => (/rgba?\(([^)]*)\)/.exec(colour)?.[1] ?? '0,0,0,0').split(/[ ,/]+/).map(Number)
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255)
  const behind = (element) => {
    if (element === null) return [255, 255, 255]
    const colour = parse(getComputedStyle(element).backgroundColor)
    return colour[3] === 0 ? behind(element.parentElement) : colour
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.textContent.trim()
    if (text === '' || element.tagName === 'title' || !element.checkVisibility()) continue
    const style = getComputedStyle(element)
    const colour = parse(element instanceof SVGElement ? style.fill : style.color)
    const [more, less] = [luminance(colour), luminance(behind(element))].sort((a, b) => b - a)
    const isWhole = (colour[3] ?? 1) === 1 && style.opacity === '1' && style.fillOpacity === '1'
    found.push({ text, contrast: isWhole ? (more + 0.05) / (less + 0.05) : 0 })
  }
  return found
}

/** @returns {{ covered: string[], small: string[] }} words of a chart that cover each other, or are too small to read */
export function wordsOfCharts() {
  const [covered, small] = [[], []]
  for (const svg of document.querySelectorAll('svg')) {
    if (!svg.checkVisibility()) continue
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    const texts = [...svg.querySelectorAll('text')].filter((one) => one.textContent.trim() !== '')
    for (const text of texts)
      if (Number.parseFloat(getComputedStyle(text).fontSize) * scale < 10.5) small.push(text.textContent)
    const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1)) {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
        if (across > 1 && down > 4) covered.push(`${svg.getAttribute('aria-label')}: ${a.text} / ${b.text}`)
      }
  }
  return { covered, small }
}
