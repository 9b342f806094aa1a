// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// Colours, and the parts of the picture that gantt.js puts together.

const COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#44aa99", "#a67c52",
	"#999999"];
const COLOUR_OTHERS = COLOURS.length - 1;
const OUTLINED_MOST = 1000; // of more the outlines cost more than they show
const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3]];

// The same program has the same colour in each panel.
class Colours {
	constructor(...lists) {
		this.numbers = new Map();
		for (const name of lists.flat())
			if (!this.numbers.has(name) && this.numbers.size < COLOUR_OTHERS)
				this.numbers.set(name, this.numbers.size);
	}

	of(name) {
		return this.numbers.get(name) ?? COLOUR_OTHERS;
	}
}

function paintBars(gantt, bars) {
	const { context } = gantt, height = gantt.rowHeight > 4 ? gantt.rowHeight - 1 : gantt.rowHeight;

	[...bars.byColour, bars.dimmed].forEach((list, colour) => {
		const isDimmed = colour === COLOURS.length;

		context.fillStyle = isDimmed ? "#888888" : COLOURS[colour];
		context.globalAlpha = isDimmed ? 0.15 : 0.4;
		for (let i = 0; i < list.length; i += 4)
			context.fillRect(list[i], list[i + 1], list[i + 2], height);
		// What is full of its height is its share of a core.
		context.globalAlpha = isDimmed ? 0.15 : 1;
		for (let i = 0; i < list.length && height > 3; i += 4) {
			const full = Math.min(1, list[i + 3]) * height;

			context.fillRect(list[i], list[i + 1] + height - full, list[i + 2], full);
		}
	});
	context.globalAlpha = 1;
	paintFailed(gantt, bars.failed);
}

// A corner, which needs no colour to be seen.
function paintFailed(gantt, list) {
	const { context } = gantt;

	context.fillStyle = getComputedStyle(document.body).getPropertyValue("--bad");
	context.strokeStyle = gantt.colour;
	context.lineWidth = 0.7;
	context.beginPath();
	for (let i = 0; i < list.length; i += 2) {
		context.moveTo(list[i], list[i + 1]);
		context.lineTo(list[i] + 7, list[i + 1]);
		context.lineTo(list[i], list[i + 1] + 7);
		context.closePath();
	}
	context.fill();
	if (list.length < OUTLINED_MOST)
		context.stroke();
}

// Those in view: from the first that ends in it to the first that begins behind it.
function segmentsInView(gantt) {
	const { segments } = gantt.run;
	const find = isBefore => {
		let low = 0, high = segments.length;

		while (low < high) {
			const middle = (low + high) >> 1;

			if (isBefore(segments[middle]))
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	};

	return [find(one => one.to < gantt.from), find(one => one.from <= gantt.to)];
}

// Each pixel in the colour of what was waited for longest in it.
function paintLane(gantt) {
	const { context, run } = gantt, [first, last] = segmentsInView(gantt);
	const sums = new Float64Array(Math.ceil(gantt.width) * COLOURS.length);

	for (let i = first; i < last; i++) {
		const segment = run.segments[i], colour = run.colours.of(segment.name);
		const left = Math.max(0, gantt.x(segment.from)), right = Math.min(gantt.width, gantt.x(segment.to));

		for (let pixel = Math.floor(left); pixel < right; pixel++)
			sums[pixel * COLOURS.length + colour] += Math.min(right, pixel + 1) - Math.max(left, pixel);
	}
	for (let pixel = 0; pixel * COLOURS.length < sums.length; pixel++) {
		let best = 0;
		const at = pixel * COLOURS.length;

		for (let colour = 1; colour < COLOURS.length; colour++)
			if (sums[at + colour] > sums[at + best])
				best = colour;
		if (sums[at + best]) {
			context.fillStyle = COLOURS[best];
			context.fillRect(pixel, 0, 1, LANE_HEIGHT);
		}
	}
	paintLaneLabels(gantt, first, last);
}

// Idle stretches are struck through, so that no colour has to say it.
function paintLaneLabels(gantt, first, last) {
	const { context, run } = gantt;

	setFont(gantt);
	for (let i = first; i < last; i++) {
		const { from, to, name, isWaiting } = run.segments[i];
		const left = Math.max(0, gantt.x(from)), width = Math.min(gantt.width, gantt.x(to)) - left;

		if (isWaiting && width > 4)
			context.fillRect(left, LANE_HEIGHT - 3, width, 1.5);
		if (width > 30)
			context.fillText(plain(name).slice(0, Math.floor((width - 4) / CHAR_WIDTH)), left + 2, LANE_HEIGHT / 2);
	}
}

// From bar to bar, where the eye can follow.
function paintPath(gantt) {
	const { context, run } = gantt, [first, last] = segmentsInView(gantt);

	if (!gantt.hasPath || last - first > gantt.width / 4)
		return;
	context.strokeStyle = gantt.colour;
	context.lineWidth = 1.5;
	context.beginPath();
	for (let i = first; i < last; i++) {
		const { process, from, to } = run.segments[i];

		if (process < 0)
			continue;
		const y = Math.max(TOP, gantt.y(process) + gantt.rowHeight / 2);

		context.lineTo(gantt.x(from), y);
		context.lineTo(gantt.x(to), y);
	}
	context.stroke();
}

function setFont(gantt) {
	gantt.context.fillStyle = gantt.colour;
	gantt.context.textBaseline = "middle";
	gantt.context.font = "10px ui-monospace, monospace";
}

function paintLabels(gantt, labels) {
	setFont(gantt);
	for (const { left, y, width, name } of labels)
		gantt.context.fillText(plain(name).slice(0, Math.floor((width - 5) / CHAR_WIDTH)), left + 3,
			y + gantt.rowHeight / 2);
}

function paintSelected(gantt) {
	const { context, selected, run } = gantt;

	if (selected < 0)
		return;
	const left = gantt.x(run.processes.start[selected]), right = gantt.x(run.processes.end[selected]);

	context.strokeStyle = gantt.colour;
	context.lineWidth = 2;
	context.strokeRect(left, gantt.y(selected), Math.max(2, right - left), Math.max(2, gantt.rowHeight - 1));
}
