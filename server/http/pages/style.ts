/** One style sheet for the landing page and the problem pages. No font or picture comes from elsewhere. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f1; --sheet: #ffffff; --ink: #1c2230; --soft: #5c6475; --line: #dedbd2; --accent: #1f6f5c; --code: #efede6;
  --good: #1f6f5c; --bad: #b3402e;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #12151c; --sheet: #1a1f29; --ink: #e8e6df; --soft: #9aa3b5; --line: #2c3340; --accent: #6fcbb2; --code: #11141b; --good: #6fcbb2; --bad: #ee8a78; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
/* The line must not lie upon the underscores of a code. */
a code, a.mono, .mono a { text-underline-offset: 6px; }
h1, p { overflow-wrap: anywhere; }
h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 .25rem; letter-spacing: -.02em; }
h2 { font-size: 1rem; margin: 0 0 .75rem; }
p { margin: .25rem 0 1rem; max-width: 44rem; }
.soft { color: var(--soft); }
.mono, code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
code { background: var(--code); border-radius: 4px; padding: .1em .35em; }
pre { background: var(--code); border-radius: 8px; padding: .75rem 1rem; margin: .25rem 0 1rem; overflow-x: auto; line-height: 1.5; }
pre code { background: none; padding: 0; font-size: 1em; }
nav { display: flex; flex-wrap: wrap; gap: 1.25rem; margin: 1rem 0 2rem; }
.tag { display: inline-block; font-size: .8rem; border: 1px solid var(--line); border-radius: 999px; padding: .1rem .6rem; color: var(--soft); vertical-align: middle; }
.grid { display: flex; flex-wrap: wrap; gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin-bottom: 1.25rem; }
.figure { flex: 1 1 10.5rem; background: var(--sheet); padding: .9rem 1.1rem; }
.figure dt { color: var(--soft); font-size: .8rem; }
.figure dd { margin: .1rem 0 0; font-size: 1.45rem; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.figure dd small { font-size: .85rem; color: var(--soft); }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin-bottom: 1.25rem; }
.bar { height: 4px; border-radius: 2px; background: var(--line); overflow: hidden; margin-top: .6rem; }
.bar div { height: 100%; width: 0; background: var(--accent); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: .8rem; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
td.mono { white-space: nowrap; }
td.number, th.number { text-align: right; padding-right: 1.5rem; }
.fresh td { animation: fresh 1.2s ease-out; }
@keyframes fresh { from { background: color-mix(in srgb, var(--accent) 22%, transparent); } }
@media (prefers-reduced-motion: reduce) { .fresh td { animation: none; } }
.good { color: var(--good); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
`;
