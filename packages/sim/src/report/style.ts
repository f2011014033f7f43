/**
 * The page's style: light and dark, desk, phone and paper.
 *
 * @module
 */

/** The colours, light and dark. */
export const PAINT: string = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --ink: #1b1f24;
  --soft: #57606a;
  --line: #d0d7de;
  --band: #f6f8fa;
  --good: #0a58b8;
  --bad: #b42318;
  --warn: #fff4d6;
  --link: #0a58b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c;
    --ink: #e6eaf0;
    --soft: #a3adba;
    --line: #353d48;
    --band: #1b212a;
    --good: #7db8ff;
    --bad: #ff8f7d;
    --warn: #3a2f10;
    --link: #7db8ff;
  }
}`

/** CSS. Its hash stands in the page's policy, so nothing else styles it. */
export const STYLE: string = `${PAINT}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto;
  max-width: 64rem;
  padding: 2rem 1.5rem 3rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
.kind { margin: 0; color: var(--soft); letter-spacing: .02em; }
h1 { margin: .15rem 0 .25rem; font-size: clamp(1.6rem, 5vw, 2.4rem); line-height: 1.15; text-wrap: balance; }
h2 { margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.45rem; line-height: 1.25; }
h3 { margin: 0; font-size: 1.1rem; line-height: 1.3; }
h4 { margin: 0; font-size: .95rem; }
.played { margin: 0; color: var(--soft); }
.lead { font-size: 1.1rem; max-width: 46rem; }
section > p { max-width: 46rem; }
.interrupted { margin: 1rem 0; padding: .6rem .9rem; border-left: 4px solid var(--bad); background: var(--warn); }
nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
figure { margin: 2rem 0; padding: 0; border-radius: 4px; }
figcaption { margin-bottom: .75rem; max-width: 46rem; }
figcaption p { margin: .25rem 0 0; }
.key { color: var(--soft); font-size: .875rem; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; font: 12.5px system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
svg text { white-space: pre; font-variant-numeric: tabular-nums; }
svg.narrow { display: none; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(232px, 1fr)); gap: 1.25rem 1rem; }
.panel p { margin: 0; color: var(--soft); font-size: .85rem; }
details { margin-top: .5rem; }
summary { display: inline-block; padding: .15rem 0; color: var(--link); cursor: pointer; font-size: .9rem; }
summary::before { content: "▸ "; }
details[open] > summary::before { content: "▾ "; }
summary::-webkit-details-marker { display: none; }
.scroll { overflow-x: auto; margin: .75rem 0; max-width: 100%; }
table { border-collapse: collapse; font-size: .875rem; line-height: 1.4; }
caption > span { position: sticky; left: 0; display: inline-block; max-width: min(46rem, calc(100vw - 2rem)); }
caption { padding: 0 0 .4rem; color: var(--soft); text-align: left; }
th, td { white-space: nowrap; padding: .35rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; white-space: normal; }
th[scope="row"] { position: sticky; left: 0; background: var(--paper); font-weight: 600; }
th[scope="row"]:first-child, thead th:first-child { padding-left: 0; }
tbody tr:nth-child(even) > * { background: var(--band); }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.why { display: block; min-width: 14rem; white-space: normal; }
.good { color: var(--good); white-space: nowrap; }
.bad { color: var(--bad); white-space: nowrap; }
pre { overflow-x: auto; max-height: 28rem; padding: .8rem; border: 1px solid var(--line); background: var(--band); font-size: .8125rem; line-height: 1.45; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
@media (max-width: 47rem) {
  body { padding: 1.25rem 1rem 2rem; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  th, td { padding: .35rem .5rem; }
  th[scope="row"] { min-width: 6.5rem; white-space: normal; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --band: #fff; --good: #0a58b8; --bad: #b42318; --warn: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip, summary { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  svg.wide { display: block; }
  svg.narrow { display: none; }
  figure, tr, .panel { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  table { font-size: 7pt; }
  th, td { padding: .15rem .3rem; }
  th, td { white-space: normal; }
  .why { min-width: 0; }
  .scroll { overflow: visible; }
  pre { max-height: none; white-space: pre-wrap; }
}
`
