// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// Panels by dygraphs. Its legend sets style attributes, which the page's policy forbids, so that the key and
// the values under the pointer are ours. It writes titles as HTML: it gets none that a record has a part in.

const PANEL_HEIGHT = 104, FIRST_HEIGHT = 178, SELECTOR_HEIGHT = 26, Y_WIDTH = 74;

Dygraph.PLUGINS = Dygraph.PLUGINS.filter(plugin => plugin !== Dygraph.Plugins.Legend);

const darkness = matchMedia("(prefers-color-scheme: dark)");

function themed(name) {
	return getComputedStyle(document.body).getPropertyValue(name).trim();
}

// A colour laid thinly on the background; what it covers is not seen through it.
function washed(colour) {
	const part = darkness.matches ? 0.62 : 0.72, ground = darkness.matches ? 24 : 255;
	const channel = at => Math.round(parseInt(colour.slice(at, at + 2), 16) * part + ground * (1 - part));

	return `rgb(${channel(1)},${channel(3)},${channel(5)})`;
}

function colourOf(series) {
	if (series.colour === null)
		return themed("--fg");
	return series.isFilled ? washed(COLOURS[series.colour]) : COLOURS[series.colour];
}

// Names of series are keys to dygraphs and have to differ; they are shown nowhere.
function seriesOptions(panel) {
	const options = {};

	panel.series.forEach((series, i) => {
		options["s" + i] = { fillGraph: series.isFilled, fillAlpha: 1, stepPlot: series.isStep,
			strokeWidth: series.isFilled ? 0.6 : series.width || 1, strokePattern: series.dash && series.dash.length ? series.dash : null,
			drawPoints: !!series.hasPoints, pointSize: 2, color: colourOf(series) };
	});
	return options;
}

class Charts {
	// on: view(from, to), told(text)
	constructor(place, on) {
		this.place = place;
		this.on = on;
		this.graphs = [];
		this.isSyncing = false;
	}

	show(panels, wall) {
		for (const { graph } of this.graphs)
			graph.destroy();
		this.place.textContent = "";
		this.wall = wall;
		this.panels = panels;
		this.graphs = panels.map((panel, i) => this.add(panel, i));
	}

	add(panel, number) {
		const part = make("section", undefined, "panel"), heading = make("h3", panel.title), box = make("div");
		const isFirst = number === 0;

		heading.append(...keyOf(panel));
		box.id = "chart" + number;
		box.style.height = (isFirst ? FIRST_HEIGHT : PANEL_HEIGHT) + "px";
		part.append(heading, box);
		this.place.append(part);
		return { panel, graph: new Dygraph(box, panel.rows, this.options(panel, isFirst)) };
	}

	options(panel, isFirst) {
		return {
			labels: ["x", ...panel.series.map((_, i) => "s" + i)],
			series: seriesOptions(panel),
			connectSeparatedPoints: !!panel.isConnected,
			includeZero: true,
			dateWindow: [0, this.wall],
			axisLabelFontSize: 11,
			axisLineColor: themed("--line"),
			gridLineColor: themed("--line"),
			highlightCircleSize: 2,
			showRangeSelector: isFirst,
			rangeSelectorHeight: SELECTOR_HEIGHT,
			rangeSelectorPlotFillColor: COLOURS[0],
			rangeSelectorPlotFillGradientColor: "",
			rangeSelectorPlotStrokeColor: COLOURS[0],
			rangeSelectorAlpha: 0.7,
			axes: {
				x: { axisLabelFormatter: value => seconds(value).replace(/\.0+ /, " ") },
				y: { axisLabelWidth: Y_WIDTH, axisLabelFormatter: value => panel.text(value), pixelsPerLabel: 26,
					labelsKMG2: !!panel.isBinary },
			},
			highlightCallback: (event, x, points, row) => this.on.told(valuesOf(panel, x, row)),
			unhighlightCallback: () => this.on.told(""),
			drawCallback: (graph, isFirst) => isFirst || this.follow(graph),
		};
	}

	// All zoom together.
	follow(graph) {
		if (this.isSyncing)
			return;
		const [from, to] = graph.xAxisRange();

		this.setView(from, to, graph);
		this.on.view(from, to);
	}

	setView(from, to, source) {
		this.isSyncing = true;
		for (const { graph } of this.graphs)
			if (graph !== source)
				graph.updateOptions({ dateWindow: [from, to] });
		this.isSyncing = false;
	}

	resize() {
		for (const { graph } of this.graphs)
			graph.resize();
	}

	// Where the others are to stand below it.
	get area() {
		return this.graphs.length ? this.graphs[0].graph.getArea() : null;
	}
}

// A sample of the line beside each name.
function* keyOf(panel) {
	for (const series of panel.series) {
		const item = make("span", undefined, "key"), mark = make("i");

		mark.style.background = series.isFilled ? colourOf(series) : "none";
		mark.style.borderTop = series.isFilled ? "" : `2px ${series.dash && series.dash.length ? "dashed" : "solid"} ${colourOf(series)}`;
		mark.className = series.isFilled ? "area" : "stroke";
		item.append(mark, plain(series.name));
		yield item;
	}
	if (panel.limitText)
		yield make("span", "limit " + panel.limitText, "key");
}

function valuesOf(panel, x, row) {
	const parts = panel.series.map((series, i) => {
		const value = panel.own && i < panel.own.length ? panel.own[i][row] : panel.rows[row] && panel.rows[row][i + 1];

		return typeof value === "number" && (value || !panel.own) ? plain(series.name) + " " + panel.text(value) : "";
	});

	return panel.title + " at " + seconds(x) + ":  " + parts.filter(Boolean).join("   ");
}
