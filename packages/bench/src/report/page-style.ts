import { colours, MARKS } from './charts/style.js';

/** The style of a report page: light and dark by the reader's choice, narrow and wide. */
export const PAGE_STYLE = [
  colours(':root'),
  '*{box-sizing:border-box}html{scroll-behavior:smooth}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}',
  'main{max-width:1180px;margin:0 auto;padding:28px 18px 64px}h1{font-size:24px;margin:0 0 2px}h2{font-size:18px;margin:36px 0 10px}h3{font-size:15px;margin:0}h1,h2,h3{font-weight:600;line-height:1.3}p{margin:0}.quiet{color:var(--quiet)}.lead{margin-bottom:10px}a{color:var(--accent)}',
  'nav{display:flex;flex-wrap:wrap;gap:2px 16px;margin:14px 0 0;font-size:13.5px}nav a{text-decoration:none}nav a:hover{text-decoration:underline}',
  '.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:10px;margin:18px 0 0}.tile,.panel,details{background:var(--ground);border:1px solid var(--edge);border-radius:8px;min-width:0}',
  '.tile{padding:12px 14px}.tile b{display:block;font-size:21px;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}.tile span{color:var(--quiet);font-size:13px;display:block;line-height:1.35}.tile .ratio{margin-top:4px}.tile .ratio span{display:inline}',
  '.grid-2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:12px;align-items:start}.panel{padding:14px 16px}.panel>p{font-size:13px;color:var(--quiet);margin:2px 0 10px}.panel+.panel,.grid-2+.panel,.panel+.grid-2,details{margin-top:12px}.grid-2>.panel{margin-top:0}',
  'svg{display:block;width:100%;height:auto}.only-narrow{display:none}@media(max-width:720px){.only-wide{display:none}.only-narrow{display:block}main{padding:18px 12px 48px}h1{font-size:20px}.panel,.tile,details{padding-left:12px;padding-right:12px}}',
  'details{padding:11px 16px}summary{cursor:pointer;font-weight:600}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}summary+.scroll{margin-top:8px}',
  'td,th{text-align:left;padding:5px 14px 5px 0;border-top:1px solid var(--grid);vertical-align:top}tr:first-child>*{border-top:0}td:last-child,th:last-child{padding-right:0}th{font-weight:600;color:var(--quiet);font-size:12.5px;vertical-align:bottom}.whole{white-space:nowrap}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}',
  'code{font-family:ui-monospace,Menlo,"DejaVu Sans Mono",monospace;font-size:12.5px;overflow-wrap:anywhere}code.figure{overflow-wrap:normal}.key{color:var(--quiet);white-space:nowrap}',
  '.good{color:var(--good)}.bad{color:var(--bad)}.banner{border-radius:8px;padding:10px 14px;margin-top:16px;font-weight:600}.banner.good{background:var(--good-ground)}.banner.bad{background:var(--bad-ground)}.banner span{font-weight:400}',
  '@media print{body{background:none}details>*{display:block}nav{display:none}.panel{break-inside:avoid}}',
  MARKS,
].join('\n');
