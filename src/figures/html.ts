/** Reports as HTML for print. Whatever comes from data is escaped here. Pure. */
import { type Column, cellsOf, type Line, showValue, type Table } from './table.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  // Control characters are no part of any document; a lone half of a character is none either.
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter).replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}

function row(columns: readonly Column[], line: Line, kind: 'td' | 'th'): string {
  const cells = cellsOf(columns, line).map((value, at) => {
    const type = columns[at]?.type ?? 'text';
    return `<${kind}${type === 'text' ? '' : ' class="n"'}>${escapeHtml(showValue(type, value))}</${kind}>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

/** Some columns and rows of a table. */
export function htmlTable({ columns, rows, totals }: Table, keys: readonly string[], most = rows.length): string {
  const chosen = keys.flatMap((key) => columns.find((column) => column.key === key) ?? []);
  const head = chosen.map(
    ({ heading, type }) => `<th${type === 'text' ? '' : ' class="n"'}>${escapeHtml(heading)}</th>`,
  );
  const body = rows.slice(0, most).map((line) => row(chosen, line, 'td'));
  const foot = totals.slice(0, 1).map((line) => row(chosen, line, 'th'));
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody><tfoot>${foot.join('')}</tfoot></table>`;
}

const style = `@page{size:A4;margin:18mm 15mm;@bottom-center{content:counter(page) ' / ' counter(pages);font:9pt serif;color:#555}}
*{box-sizing:border-box}
body{margin:0 auto;padding:0 1px;max-width:180mm;color:#1a1a1a;font:10.5pt/1.6 "Noto Serif CJK SC","SimSun",serif;print-color-adjust:exact}
h1{font-size:20pt;text-align:center;color:#b3261e;margin:4mm 0 1mm}
h2{font-size:13pt;border-left:4px solid #b3261e;padding-left:8px;margin:8mm 0 3mm;break-after:avoid}
p.about{text-align:center;color:#555;margin:0 0 4mm}
table{width:100%;border-collapse:collapse;font-size:9pt}
thead{display:table-header-group}tfoot{display:table-row-group}
tr,figure,dl div,ul{break-inside:avoid}
tbody tr:nth-child(-n+2),tbody tr:nth-last-child(-n+3){break-after:avoid}
th,td{border:1px solid #ccc;padding:3px 5px;text-align:left}th{background:#f3f3f3}
.n{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:3mm 0}figure svg{width:100%;height:auto}figcaption{text-align:center;color:#555;font-size:9pt}
dl{display:grid;grid-template-columns:repeat(4,1fr);gap:3mm;margin:0}
dl div{border:1px solid #ccc;padding:2mm 3mm}dt{color:#555;font-size:9pt}dd{margin:0;font-size:15pt}dd small{font-size:9pt;color:#555}
ul{font-size:9pt;color:#444;padding-left:5mm}`;

/** A whole page. `body` is HTML already. */
export function htmlPage(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"/><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>${body}</body></html>
`;
}
