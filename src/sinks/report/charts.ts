import * as echarts from 'echarts/core';
import {HeatmapChart, LineChart} from 'echarts/charts';
import {GridComponent, LegendComponent, MarkLineComponent, TitleComponent, VisualMapComponent} from 'echarts/components';
import {SVGRenderer} from 'echarts/renderers';

echarts.use([GridComponent, HeatmapChart, LegendComponent, LineChart, MarkLineComponent, SVGRenderer, TitleComponent, VisualMapComponent]);

/** One line of a plot: [x, y] points in ascending x. */
export interface Series {
	readonly name: string;
	readonly points: ReadonlyArray<readonly [number, number]>;
	readonly dashed?: boolean;
}

const palette = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#0891b2', '#be185d', '#4d7c0f'];
const ink = '#334155';

/** The library numbers its names through the process: ours depend on the plot alone, and are others than those of its neighbours in a page. */
const withOwnNames = (svg: string, title: string): string => {
	const prefix = title.toLowerCase().replaceAll(/[^a-z]+/gu, '-');
	const names = new Map<string, string>();
	return svg.replaceAll(/\bzr\d+-(?:cls-|[a-z])\d+\b/gu, name => {
		names.set(name, names.get(name) ?? `${prefix}-${names.size}`);
		return names.get(name)!;
	});
};

const renderSvg = (option: echarts.EChartsCoreOption & {readonly title: {readonly [key: string]: unknown; readonly text: string}}, {width, height}: {readonly width: number; readonly height: number}): string => {
	const chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width, height});
	try {
		chart.setOption({animation: false, backgroundColor: '#ffffff', color: palette, textStyle: {fontFamily: 'system-ui, sans-serif', color: ink}, ...option});
		return withOwnNames(chart.renderToSVGString(), option.title.text);
	} finally {
		chart.dispose();
	}
};

/** Draws lines over a common x axis as SVG. */
export const lineChart = ({title, series, x, y, mark, size = {width: 560, height: 320}}: {
	readonly title: string;
	readonly series: readonly Series[];
	readonly x: string;
	readonly y: string;
	/** A vertical line with its label. */
	readonly mark?: {readonly at: number; readonly label: string} | undefined;
	readonly size?: {readonly width: number; readonly height: number};
}): string => renderSvg({
	title: {text: title, left: 'center', textStyle: {fontSize: 15, color: ink}},
	legend: {bottom: 0, data: series.map(({name}) => name)},
	grid: {left: 64, right: 48, top: 44, bottom: 64},
	xAxis: {type: 'value', name: x, nameLocation: 'middle', nameGap: 26, min: 'dataMin', max: 'dataMax', minInterval: 1},
	yAxis: {type: 'value', name: y, scale: true},
	series: series.map(({name, points, dashed = false}, index) => ({
		name,
		type: 'line',
		showSymbol: points.length < 30,
		symbolSize: 5,
		lineStyle: {width: 1.8, type: dashed ? 'dashed' : 'solid'},
		data: points,
		...(index === 0 && mark !== undefined && {
			markLine: {symbol: 'none', lineStyle: {color: '#94a3b8', type: 'dotted'}, label: {formatter: mark.label, color: ink}, data: [{xAxis: mark.at}]},
		}),
	})),
}, size);

/** Draws a confusion matrix as a heat map: rows actual, columns predicted, shaded by the share of the row. */
export const confusionChart = (confusion: ReadonlyArray<readonly number[]>, names: readonly string[]): string => {
	const cells = confusion.flatMap((row, actual) => {
		const total = row.reduce((a, b) => a + b, 0);
		return row.map((count, predicted) => ({
			value: [predicted, actual, total === 0 ? 0 : count / total],
			label: {formatter: String(count)},
		}));
	});
	const side = 130 + (names.length * 48);
	return renderSvg({
		title: {text: 'Confusion matrix', subtext: 'rows: actual, columns: predicted, shade: share of the row', left: 'center', textStyle: {fontSize: 15, color: ink}},
		grid: {left: 104, right: 20, top: 64, bottom: 88},
		xAxis: {type: 'category', data: [...names], name: 'predicted', nameLocation: 'middle', nameGap: 68, axisLabel: {rotate: 40}, splitArea: {show: true}},
		yAxis: {type: 'category', data: [...names], name: 'actual', inverse: true, splitArea: {show: true}},
		visualMap: {show: false, min: 0, max: 1, dimension: 2, inRange: {color: ['#f8fafc', '#93c5fd', '#1d4ed8']}},
		series: [{type: 'heatmap', data: cells, label: {show: true, fontSize: 11, color: '#0f172a'}, itemStyle: {borderColor: '#ffffff', borderWidth: 1}}],
	}, {width: side + 60, height: side + 40});
};
