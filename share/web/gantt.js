// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// Every process as a bar, and above them a lane of what the wall time waited for. What is narrower than a
// pixel is drawn once a pixel, so that 100,000 bars cost no more than the screen has room for.

const LANE_HEIGHT = 16, LANE_GAP = 5, TOP = LANE_HEIGHT + LANE_GAP;
const GANTT_HEIGHT = 480, ROW_LEAST = 3, ROW_MOST = 16;
const CHAR_WIDTH = 6.2, LABEL_LEAST = 40;

class Gantt {
	// on: view(from, to), picked(process or -1), hovered(process)
	constructor(canvas, on) {
		this.canvas = canvas;
		this.context = canvas.getContext("2d");
		this.on = on;
		this.selected = -1;
		this.found = null;
		this.hasPath = true;
		this.isTree = false;
		this.isAsked = false;
		this.frames = [];
		listen(this);
	}

	show(run) {
		this.run = run;
		this.from = 0;
		this.to = run.wall;
		this.top = 0;
		this.selected = -1;
		this.found = null;
		this.arrange(this.isTree);
	}

	arrange(isTree) {
		const { processes } = this.run;

		this.isTree = isTree;
		this.rows = indexRows(isTree ? treeRows(processes) : packRows(processes), processes.count);
		this.top = 0;
		this.fit();
	}

	// As wide as the charts above it, and as high as its rows.
	fit(left, width) {
		const { canvas, rows } = this, scale = devicePixelRatio || 1;

		if (width) {
			canvas.style.marginLeft = left + "px";
			canvas.style.width = width + "px";
		}
		this.rowHeight = Math.floor((GANTT_HEIGHT - TOP) / Math.max(1, rows.count));
		this.rowHeight = Math.max(this.isTree ? 12 : ROW_LEAST, Math.min(ROW_MOST, this.rowHeight));
		canvas.style.height = Math.min(GANTT_HEIGHT, TOP + rows.count * this.rowHeight + 4) + "px";
		this.width = canvas.clientWidth;
		this.height = canvas.clientHeight;
		canvas.width = this.width * scale;
		canvas.height = this.height * scale;
		this.scale = scale;
		this.draw();
	}

	setView(from, to) {
		const { wall } = this.run, span = Math.max(1e-6, Math.min(wall, to - from));

		this.from = Math.max(0, Math.min(wall - span, from));
		this.to = this.from + span;
		this.draw();
	}

	scrollTo(top) {
		const most = this.rows.count * this.rowHeight - this.height + TOP;

		this.top = Math.max(0, Math.min(Math.max(0, most), top));
		this.draw();
	}

	x(time) {
		return (time - this.from) * this.width / (this.to - this.from);
	}

	y(process) {
		return TOP + this.rows.row[process] * this.rowHeight - this.top;
	}

	// The first in a row that has not ended at this time. In a row of its own, or packed, ends ascend.
	firstIn(row, time, from = this.rows.starts[row]) {
		const { order } = this.rows, { end } = this.run.processes;
		let low = from, high = this.rows.starts[row + 1];

		while (low < high) {
			const middle = (low + high) >> 1;

			if (end[order[middle]] < time)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	// Under these pixels, or three of them beside; of several the longest. -1 for none.
	at(x, y) {
		const { processes } = this.run, { order, starts } = this.rows;
		const row = Math.floor((y - TOP + this.top) / this.rowHeight);
		let best = -1, least = 3.01;

		if (y < TOP || row < 0 || row >= this.rows.count)
			return -1;
		const time = this.from + (x - 3) * (this.to - this.from) / this.width;

		for (let i = this.firstIn(row, time); i < starts[row + 1]; i++) {
			const process = order[i];
			const left = this.x(processes.start[process]), right = this.x(processes.end[process]);
			const away = Math.max(0, left - x, x - right);

			if (left > x + 3)
				break;
			if (away < least || (away === least && processes.wall(process) > processes.wall(best))) {
				least = away;
				best = process;
			}
		}
		return best;
	}

	select(process) {
		this.selected = process;
		this.on.picked(process);
		this.draw();
	}

	// Into the middle, with its surroundings.
	reveal(process) {
		const { processes, wall } = this.run;
		const margin = Math.max(processes.wall(process), wall / 1000);

		this.setView(processes.start[process] - margin, processes.end[process] + margin);
		this.scrollTo(this.rows.row[process] * this.rowHeight - this.height / 2);
		this.select(process);
		this.on.view(this.from, this.to);
	}

	draw() {
		if (this.isAsked)
			return;
		this.isAsked = true;
		requestAnimationFrame(() => {
			this.isAsked = false;
			this.paint();
		});
	}

	paint() {
		const began = performance.now(), { context } = this;

		context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
		context.clearRect(0, 0, this.width, this.height);
		this.colour = getComputedStyle(document.body).color;
		const bars = this.collect();

		paintBars(this, bars);
		paintLane(this);
		paintPath(this);
		paintLabels(this, bars.labels);
		paintSelected(this);
		this.frames.push(performance.now() - began);
		this.drawn = bars.count;
	}

	// What there is to paint, by colour: left, y, width, share of a core.
	collect() {
		const bars = { byColour: COLOURS.map(() => []), dimmed: [], failed: [], labels: [], count: 0 };
		const first = Math.floor(this.top / this.rowHeight);
		const last = Math.min(this.rows.count, first + Math.ceil((this.height - TOP) / this.rowHeight) + 1);

		for (let row = first; row < last; row++)
			this.collectRow(row, bars);
		return bars;
	}

	collectRow(row, bars) {
		const { processes, colours } = this.run, { order, starts } = this.rows;
		const y = TOP + row * this.rowHeight - this.top, end = starts[row + 1];
		let used = -1; // the last pixel that has a bar

		for (let i = this.firstIn(row, this.from); i < end; i++) {
			const process = order[i];

			if (processes.start[process] > this.to)
				break;
			let left = Math.max(0, this.x(processes.start[process]));
			const right = Math.min(this.width, this.x(processes.end[process]));

			if (processes.has(process, FLAG.failed) && right > used)
				bars.failed.push(left, y);
			if (right - left < 1) {
				left = Math.floor(left);
				if (left <= used) {
					i = this.skip(row, i, used);
					continue;
				}
			}
			const width = Math.max(1, right - left);

			used = Math.floor(left + width - 1e-6);
			bars.count++;
			(this.found && !this.found[process] ? bars.dimmed : bars.byColour[colours.of(processes.comm[process])])
				.push(left, y, width, processes.cpu[process] / Math.max(1e-9, processes.wall(process)));
			if (width > LABEL_LEAST && this.rowHeight > 9)
				bars.labels.push({ left, y, width, name: processes.comm[process] });
		}
	}

	// From a process on, the one before the first that reaches beyond the pixel.
	skip(row, i, pixel) {
		if (this.rows.starts[row + 1] - i < 64)
			return i;
		const beyond = this.from + (pixel + 1) * (this.to - this.from) / this.width;

		return Math.max(i, this.firstIn(row, beyond, i + 1) - 1);
	}
}
