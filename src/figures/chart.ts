/** Charts as SVG text, drawn on the server: no script, no font and no picture from elsewhere. */

export interface Series {
  name: string;
  values: readonly number[];
}

const width = 680;
const fontFamily = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

/** So many labels have room side by side. */
const roomFor = 14;

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
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
