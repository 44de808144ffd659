/** The page's styles, light and dark. */
export const style = `
:root { color-scheme: light dark; --ink: #0f172a; --soft: #64748b; --line: #e2e8f0; --page: #f8fafc; --card: #ffffff; --fault: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e2e8f0; --soft: #94a3b8; --line: #334155; --page: #0f172a; --card: #1e293b; --fault: #fca5a5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1240px; padding: 24px 16px 64px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 28px; }
h2 { margin: 0 0 12px; font-size: 18px; }
h3 { margin: 12px 0 4px; font-size: 14px; font-weight: 600; }
header p { margin: 4px 0; }
.meta { color: var(--soft); font-size: 13px; }
section { margin: 16px 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope="row"], .summary td { text-align: left; font-weight: 500; }
.summary thead { display: none; }
.plots { display: flex; flex-wrap: wrap; gap: 12px; }
.plots svg { max-width: 100%; height: auto; border-radius: 6px; }
.gallery { display: flex; flex-wrap: wrap; gap: 10px; }
figure { margin: 0; width: 124px; }
figure img { display: block; min-width: 56px; image-rendering: pixelated; border-radius: 4px; background: #000; }
figcaption { margin-top: 4px; color: var(--soft); font-size: 12px; line-height: 1.3; }
.fault { padding: 12px; border: 1px solid var(--fault); border-radius: 8px; color: var(--fault); }
`;
