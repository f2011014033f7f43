/**
 * The page: one file, without a script, without anything from elsewhere.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Result } from '../Report.js'
import * as comparisons from './comparison.js'
import type { Figure } from './figure.js'
import { type Html, html } from './html.js'
import * as simulations from './simulation.js'
import { STYLE } from './style.js'
import * as tunings from './tuning.js'

/** A part of the page with a heading of its own. */
export type Section = Readonly<{ id: string; title: string; body: Html }>

/** What is on a page. */
export type Page = Readonly<{
  kind: string
  /** What the page says first. */
  headline: string
  /** What was played. */
  played: string
  sections: readonly Section[]
  /** All figures of the sections. */
  figures: readonly Figure[]
}>

/** The result as a page. */
export function render(result: Result, title: string): string {
  const page = pageOf(result)
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="spotcheck report">
<title>${title}: ${page.headline}</title>
`
  return `${document.text}<style>${STYLE}</style>\n</head>\n${bodyOf(result, page).text}</html>\n`
}

function bodyOf({ complete }: Result, { kind, headline, played, sections }: Page): Html {
  return html`<body>
<a class="skip" href="#main">Skip to the result</a>
<header>
<p class="kind">Spotcheck · ${kind}</p>
<h1>${headline}</h1>
<p class="played">${played}</p>
${complete ? null : html`<p class="interrupted" role="note"><b>Interrupted.</b> This result was ended before all was played: it holds what there was until then, and may change.</p>`}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="main">
${sections.map(
  ({ id, title, body }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}
</section>
`,
)}</main>
<footer><p>Made by <code>spotcheck report</code>. Every number of the result stands in a table; shortened ones carry the exact value.</p></footer>
</body>
`
}

/** What is on the page of a result. */
export function pageOf(result: Result): Page {
  if (result.kind === 'simulation') return simulations.page(result)
  return result.kind === 'comparison' ? comparisons.page(result) : tunings.page(result)
}
