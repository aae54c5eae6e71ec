/** The style of the report: one column, light and dark by the reader's setting, black on white on paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --card: #f6f8fa; --line: #d0d7de;
  --failed: #b42318; --passed: #116329; --skipped: #6b5900; --untested: #57606a; --accent: #0550ae }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #a2abb5; --paper: #0d1117; --card: #161b22;
  --line: #30363d; --failed: #ff8078; --passed: #57d364; --skipped: #e3b341; --untested: #a2abb5; --accent: #79b8ff } }
@media (prefers-color-scheme: dark) { figure svg [fill="#0072b2"] { fill: #6cb8ff } figure svg [stroke="#0072b2"] { stroke: #6cb8ff } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem }
header { padding-top: 1.5rem } footer { padding: 2rem 1rem; color: var(--soft); font-size: .87rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.2rem; margin: 0 } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
h1, h2, h3, td, th, p, li, summary { overflow-wrap: anywhere }
a { color: var(--accent) } p { margin: .25rem 0 }
td.check { white-space: nowrap } tr:has(> td.check) td { padding-top: .35rem }
.soft { color: var(--soft) } .num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.failed { color: var(--failed) } .passed { color: var(--passed) } .skipped { color: var(--skipped) } .untested { color: var(--untested) }
nav ul { list-style: none; padding: 0; margin: .75rem 0; columns: 18rem } nav li { break-inside: avoid }
.model { border-top: 2px solid var(--line); padding: 1.25rem 0 } .model > summary { cursor: pointer }
.model > summary h2 { display: inline }
.cause { background: var(--card); border-left: 4px solid var(--failed); padding: .6rem .8rem; margin: .5rem 0; border-radius: 0 6px 6px 0 }
.cause b { font-family: ui-monospace, monospace } .cause dl { display: grid; grid-template-columns: 3rem 1fr; margin: .25rem 0; gap: 0 .5rem }
.cause dt { color: var(--soft) } .cause dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line) }
th { font-weight: 600 } th[scope=rowgroup] { padding-top: .9rem; color: var(--soft); font-weight: 400 }
code, pre { font: .87em/1.45 ui-monospace, monospace } pre { background: var(--card); padding: .75rem; overflow-x: auto; border-radius: 6px }
.figures { display: flex; flex-wrap: wrap; gap: 1rem } .figures > figure { flex: 0 1 calc(50% - .5rem); min-width: min(20rem, 100%) } figure { margin: 0; max-width: 100% } figcaption { color: var(--soft); font-size: .87rem; overflow-wrap: anywhere }
figure svg { max-width: 100%; height: auto } img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line) }
.pair { display: flex; flex-wrap: wrap; gap: .5rem } .pair.sliding { display: grid; width: fit-content; max-width: 100% }
.pair.sliding > span { grid-area: 1/1 } .pair.sliding > .before { clip-path: inset(0 calc(100% - var(--at, 50%)) 0 0); z-index: 1 }
.pair span { display: block } .pair small { display: block; color: var(--soft) } .pair.sliding small { display: none }
input[type=range] { width: min(100%, 30rem); display: block; margin: .4rem 0 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.scroll { overflow-x: auto } .layers { width: auto; min-width: 36rem } .layers caption { text-align: left } .layers td { white-space: nowrap; vertical-align: bottom }
figure + figure { margin-top: 1rem } .figures figure + figure { margin-top: 0 }
.bar { display: inline-block; width: 6rem; height: .6rem; background: var(--line); border-radius: 3px; overflow: hidden; vertical-align: middle }
.bar i { display: block; height: 100%; background: var(--passed) }
@media (max-width: 640px) { .wide { display: none } table:not(.layers) thead { display: none } table:not(.layers) td { display: block; border: 0; padding: .1rem .25rem } td.check { white-space: normal; font-weight: 600 } table:not(.layers) tr { display: block; border-bottom: 1px solid var(--line); padding: .3rem 0 } }
@media print { :root { --ink: #000; --paper: #fff; --card: #fff; --soft: #444; --line: #bbb } input { display: none } .model { break-inside: auto } tr, figure, .cause { break-inside: avoid } }
`
