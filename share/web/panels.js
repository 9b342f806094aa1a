// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// What the charts show: a panel has rows of x and values, a series for each value but the first. Each series:
// { name, colour, isFilled, isStep, dash }. In a stack each has all below it in it; `own` has what is its own.

const ALIVE_COLUMNS = 600;
const LIMIT_FACTOR = 4; // a limit further above the rest would flatten that

function hasValues(list) {
	return list.some(value => value !== null);
}

function most(lists) {
	let found = 0;

	for (const list of lists)
		for (const value of list)
			found = Math.max(found, value || 0);
	return found;
}

// Adds up from the first on; the first is at the bottom.
function stack(lists) {
	const sums = new Float64Array(lists[0].length);

	return lists.map(list => list.map((value, i) => sums[i] += value || 0));
}

function rowsOf(xs, lists) {
	return xs.map((x, i) => [x, ...lists.map(list => list[i])]);
}

function line(name, extra) {
	return { name, colour: null, isFilled: false, isStep: false, dash: null, ...extra };
}

// Both values of each column of the samples, at its first and its last one.
function gauge(samples, key) {
	const [first, second] = samples[key];

	return first.flatMap((value, i) => [value, second[i]]);
}

function gaugeTimes(samples) {
	return samples.firstMs.flatMap((ms, i) => [ms / 1e3, samples.lastMs[i] / 1e3]);
}

// What is told since the sample before begins there.
function rateTimes(samples) {
	return samples.fromMs.flatMap((ms, i) => [ms / 1e3, (ms + samples.lastMs[i]) / 2e3]);
}

// The last step lasts until the last sample.
function closed(samples, xs, lists) {
	if (!xs.length)
		return rowsOf(xs, lists);
	const last = samples.lastMs[samples.lastMs.length - 1] / 1e3;

	return rowsOf([...xs, last], lists.map(list => [...list, list[list.length - 1]]));
}

function withLimit(panel, limit, most) {
	if (!limit || limit > most * LIMIT_FACTOR) {
		panel.limitText = limit ? panel.text(limit) : null;
		return panel;
	}
	for (const row of panel.rows)
		row.push(limit);
	panel.series.push(line("limit", { dash: DASHES[0] }));
	return panel;
}

// What the samples say at the time of each column.
function sampledCores(samples, xs) {
	const [first, second] = samples.cores;
	let at = 0;

	return xs.map(x => {
		while (at < samples.lastMs.length && samples.lastMs[at] / 1e3 <= x)
			at++;
		if (at === samples.lastMs.length || samples.fromMs[at] / 1e3 > x)
			return null;
		return x < (samples.fromMs[at] + samples.lastMs[at]) / 2e3 ? first[at] : second[at];
	});
}

function cpuPanel(run) {
	const { cpu, samples } = run.told, columns = cpu.cores[0] ? cpu.cores[0].length : 0;
	const panel = { title: "CPU in cores", text: cores };

	if (!columns)
		return withLimit({ ...panel,
			rows: closed(samples, rateTimes(samples), [gauge(samples, "cores")]),
			series: [line("all", { isStep: true, isFilled: true, colour: 0 })] },
		run.summary.cpu_limit_cores, most(samples.cores));
	const xs = Array.from({ length: columns + 1 }, (_, i) => Math.min(run.wall, i * cpu.stepNs / 1e9));
	const lists = cpu.cores.map(list => [...list, list[columns - 1]]);
	const sampled = sampledCores(samples, xs), sums = stack(lists);
	const names = [...cpu.names, OTHERS];

	panel.rows = rowsOf(xs, [...sums, sampled]);
	panel.own = lists;
	panel.series = names.map(name => line(name, { isStep: true, isFilled: true, colour: run.colours.of(name) }));
	panel.series.push(line("all, by the samples", { isStep: true, dash: DASHES[2] }));
	return withLimit(panel, run.summary.cpu_limit_cores, Math.max(most(sums), most([sampled])));
}

function memoryPanel(run) {
	const { samples, memory } = run.told, twice = list => list.flatMap(value => [value, value]);
	const lists = memory.kb.map(twice), rss = gauge(samples, "rss"), pss = gauge(samples, "pss");
	const isApart = memory.names.length > 0, names = isApart ? [...memory.names, OTHERS] : [];
	const own = isApart ? lists : [];
	const panel = { title: "Memory", text: kib, isBinary: true, own, isConnected: true };

	panel.rows = rowsOf(gaugeTimes(samples), [...isApart ? stack(lists) : [], rss, pss]);
	panel.series = names.map(name => line(name, { isFilled: true, colour: run.colours.of(name) }));
	panel.series.push(line("sum of RSS", isApart ? { dash: DASHES[2] } : { isFilled: true, colour: 0 }));
	panel.series.push(line("PSS, shared pages once", { dash: DASHES[1], hasPoints: true }));
	return withLimit(panel, run.summary.memory_limit_kb, most([rss]));
}

// How many lived at once, at most, in each column; by the processes themselves when all are there.
function aliveByProcesses(run) {
	const { processes, wall } = run, ends = processes.end.slice().sort(), step = wall / ALIVE_COLUMNS;
	const rows = [];
	let alive = 0, started = 0, ended = 0;

	for (let column = 0; column <= ALIVE_COLUMNS; column++) {
		const until = (column + 1) * step;
		let top = alive;

		while (started < processes.count && processes.start[started] < until) {
			while (ended < ends.length && ends[ended] <= processes.start[started]) {
				ended++;
				alive--;
			}
			started++;
			top = Math.max(top, ++alive);
		}
		while (ended < ends.length && ends[ended] < until) {
			ended++;
			alive--;
		}
		rows.push([column * step, column < ALIVE_COLUMNS ? top : rows[column - 1][1]]);
	}
	return rows;
}

function alivePanel(run) {
	const panel = { title: "Processes alive", text: count };

	if (run.processes.count && run.isWhole)
		return { ...panel, rows: aliveByProcesses(run),
			series: [line("at most", { isStep: true, isFilled: true, colour: 0 })] };
	return { ...panel, rows: rowsOf(gaugeTimes(run.told.samples), [gauge(run.told.samples, "processes")]),
		series: [line("at the samples", { isFilled: true, colour: 0 })] };
}

function diskPanel(run) {
	const { samples } = run.told;

	return { title: "Disk", text: bytesPerSecond, isBinary: true,
		rows: closed(samples, rateTimes(samples), [gauge(samples, "read"), gauge(samples, "written")]),
		series: [line("read", { isStep: true, colour: 0, width: 1.5 }),
			line("written", { isStep: true, colour: 6, dash: DASHES[1], width: 1.5 })] };
}

function pressurePanel(run) {
	const { samples } = run.told;

	return { title: "Memory pressure", text: value => value.toFixed(2) + " %",
		rows: rowsOf(gaugeTimes(samples), [gauge(samples, "some"), gauge(samples, "full")]),
		series: [line("some waited", { colour: 4, isFilled: true }), line("all waited", { colour: 1, dash: DASHES[1] })] };
}

const PANELS = [cpuPanel, memoryPanel, alivePanel, diskPanel, pressurePanel];

function isKnown(panel) {
	return panel.rows.length > 1 && panel.series.some((_, i) => hasValues(panel.rows.map(row => row[i + 1])));
}

function panelsOf(run) {
	return PANELS.map(make => make(run)).filter(isKnown);
}

// --- several runs --------------------------------------------------------------------------------

const OVERLAY_COLUMNS = 600;
const OVERLAY = [
	{ of: cpuPanel, title: "CPU in cores", pick: panel => panel.series.findLastIndex(one => one.isFilled) },
	{ of: memoryPanel, title: "Memory, sum of RSS", pick: panel => panel.series.findIndex(one => one.name === "sum of RSS") },
	{ of: alivePanel, title: "Processes alive", pick: () => 0 },
	{ of: diskPanel, title: "Disk, written", pick: () => 1 },
	{ of: pressurePanel, title: "Memory pressure, some waited", pick: () => 0 },
];

// The most in each column; what is between two rows goes on from the first of them.
function resample(rows, index, step, wall) {
	const list = new Array(OVERLAY_COLUMNS + 1).fill(null);
	let last = null;

	for (const row of rows) {
		const value = row[index + 1], column = Math.min(OVERLAY_COLUMNS, Math.floor(row[0] / step));

		if (value === null || column < 0)
			continue;
		if (last)
			for (let i = last.column + 1; i < column; i++)
				list[i] = last.value;
		list[column] = Math.max(list[column] ?? value, value);
		last = { column, value };
	}
	for (let i = Math.floor(wall / step) + 1; i <= OVERLAY_COLUMNS; i++)
		list[i] = null;
	return list;
}

// A line a run in each panel; with runs further apart than the dashes differ, the key and the pointer tell.
function overlayOf(runs) {
	const step = Math.max(...runs.map(run => run.wall)) / OVERLAY_COLUMNS;
	const xs = Array.from({ length: OVERLAY_COLUMNS + 1 }, (_, i) => i * step);

	return OVERLAY.map(({ of, title, pick }) => {
		const panels = runs.map(of);

		return { title, text: panels[0].text, isBinary: panels[0].isBinary,
			rows: rowsOf(xs, panels.map((panel, i) => resample(panel.rows, pick(panel), step, runs[i].wall))),
			series: runs.map(run => line(run.number + 1 + " " + run.name, { isStep: true, width: 1.5,
				colour: run.number % COLOUR_OTHERS, dash: DASHES[Math.floor(run.number / COLOUR_OTHERS + run.number) % DASHES.length] })) };
	}).filter(isKnown);
}
