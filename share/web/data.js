// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// What user/report/html_write*.c has written: JSON, packed by gzip, as base64. In the page all times are
// seconds since the start of the run.

const FLAG = { running: 1, failed: 2, bound: 4, unseen: 8, older: 16, killed: 32 };
const OTHERS = "others";

function bytesOf(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	const chars = atob(text), bytes = new Uint8Array(chars.length);

	for (let i = 0; i < chars.length; i++)
		bytes[i] = chars.charCodeAt(i);
	return bytes;
}

function unpack(text) {
	const packed = new Blob([bytesOf(text)]).stream();

	return new Response(packed.pipeThrough(new DecompressionStream("gzip"))).json();
}

// A list a figure; in the order of their starts.
class Processes {
	constructor(told, names) {
		this.count = told.pid.length;
		this.pid = told.pid;
		this.ppid = told.ppid;
		this.comm = told.comm.map(number => names[number]);
		this.command = told.command.map(number => names[number]);
		this.parent = Int32Array.from(told.parent);
		this.start = Float64Array.from(told.startUs, us => us / 1e6);
		this.end = Float64Array.from(told.startUs, (us, i) => (us + told.wallUs[i]) / 1e6);
		this.cpu = Float64Array.from(told.cpuUs, us => us / 1e6);
		this.peak = told.peakKb;
		this.status = told.status;
		this.flags = told.flags;
	}

	wall(i) {
		return this.end[i] - this.start[i];
	}

	has(i, flag) {
		return (this.flags[i] & flag) !== 0;
	}

	ended(i) {
		if (this.has(i, FLAG.running))
			return "still running";
		if (this.has(i, FLAG.unseen))
			return "ended unseen";
		if (this.has(i, FLAG.killed))
			return "killed for want of memory";
		return this.status[i] < 0 ? "signal " + -this.status[i] : "exit " + this.status[i];
	}

	label(i) {
		return plain(this.comm[i]) + "[" + this.pid[i] + "]";
	}

	// Itself first; what is not in the page ends the chain.
	parents(i, most) {
		const chain = [];

		for (let at = this.parent[i]; at >= 0 && chain.length < most; at = this.parent[at])
			chain.push(at);
		return chain;
	}
}

class Run {
	constructor(told, number) {
		this.told = told;
		this.number = number;
		this.summary = told.summary;
		this.processes = new Processes(told.processes, told.names);
		this.segments = told.waited.segments.map(([process, name, from, to, isWaiting]) => (
			{ process, name: told.names[name], from: from / 1e6, to: to / 1e6, isWaiting: !!isWaiting }));
		this.wall = this.findWall();
		this.command = (this.summary.command || []).join(" ");
		this.name = told.start.label || told.file;
	}

	// Of a file without our summary the last that is told of.
	findWall() {
		if (this.summary.wall_ns)
			return this.summary.wall_ns / 1e9;
		const last = this.told.samples.lastMs;
		let wall = last.length ? last[last.length - 1] / 1e3 : 0;

		for (const end of this.processes.end)
			wall = Math.max(wall, end);
		return wall || 1e-3;
	}

	get isWhole() {
		return this.processes.count === this.told.processesCount;
	}

	get ended() {
		const { exit_code: code, signal } = this.summary;

		if (signal !== undefined)
			return "signal " + signal;
		return code === undefined ? "" : "exit " + code;
	}
}

async function readRuns() {
	const told = await unpack(element("data").textContent);

	return { version: told.version, runs: told.runs.map((run, i) => new Run(run, i)) };
}
