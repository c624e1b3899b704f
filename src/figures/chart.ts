/** Charts as SVG text, drawn on the server: no script, no font and no picture from elsewhere. */
import { createHash } from 'node:crypto';

export interface Series {
  name: string;
  values: readonly number[];
}

const width = 680;
const fontFamily = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

/** So many labels have room side by side. */
const roomFor = 14;

/** Names that the library gives to what is drawn: it counts all that the process has ever drawn, for whomever. */
const counted = /\bzr\d+-(c|cls-)?(\d+)/g;

/** The same drawing with names that come from itself: equal for equal figures, different for two drawings on one page. */
function named(svg: string): string {
  const known = new Map<string, string>();
  const plain = svg.replace(counted, (name, kind = '') => {
    const own = known.get(name) ?? `${kind}${known.size}`;
    known.set(name, own);
    return `zr-${own}`;
  });
  const print = createHash('sha256').update(plain).digest('hex').slice(0, 12);
  return plain.replace(/\bzr-(?=c?(?:ls-)?\d)/g, `zr${print}-`);
}

/** A line or bars over the labels. The drawing library is loaded only where a chart is asked for. */
export async function drawChart(
  type: 'line' | 'bar',
  labels: readonly string[],
  series: readonly Series[],
  height = 200,
): Promise<string> {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily },
      color: ['#1f5fa8', '#b0b7bf'],
      grid: { left: 48, right: 16, top: series.length > 1 ? 36 : 16, bottom: 24 },
      ...(series.length > 1 ? { legend: { top: 4, data: series.map(({ name }) => name) } } : {}),
      xAxis: {
        type: 'category',
        data: [...labels],
        axisLabel: labels.length > roomFor ? { fontSize: 11, hideOverlap: true } : { fontSize: 10, interval: 0 },
      },
      yAxis: { type: 'value', minInterval: 1 },
      series: series.map(({ name, values }) => ({ name, type, data: [...values], symbolSize: 4, barMaxWidth: 24 })),
    });
    return named(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}
