/** Charts as SVG text, drawn on the server: no script, no font and no picture from elsewhere. */

export interface Series {
  name: string;
  values: readonly number[];
}

const width = 680;
const fontFamily = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

/** A line or bars over the labels. The drawing library is loaded only where a chart is asked for. */
export async function drawChart(
  type: 'line' | 'bar',
  labels: readonly string[],
  series: readonly Series[],
  height = 240,
): Promise<string> {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily },
      color: ['#1f5fa8', '#b0b7bf'],
      grid: { left: 48, right: 16, top: series.length > 1 ? 36 : 16, bottom: 40 },
      ...(series.length > 1 ? { legend: { top: 4, data: series.map(({ name }) => name) } } : {}),
      xAxis: { type: 'category', data: [...labels], axisLabel: { fontSize: 11, hideOverlap: true } },
      yAxis: { type: 'value', minInterval: 1 },
      series: series.map(({ name, values }) => ({ name, type, data: [...values], symbolSize: 4, barMaxWidth: 24 })),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
