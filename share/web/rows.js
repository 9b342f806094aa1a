// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// Which row each process is drawn in.

// The least key first; equal keys in any order.
class Heap {
	constructor() {
		this.items = [];
	}

	get isEmpty() {
		return !this.items.length;
	}

	get least() {
		return this.items[0].key;
	}

	push(key, value) {
		const { items } = this;
		let at = items.length;

		items.push({ key, value });
		while (at && items[(at - 1) >> 1].key > items[at].key) {
			const up = (at - 1) >> 1;

			[items[at], items[up]] = [items[up], items[at]];
			at = up;
		}
	}

	pop() {
		const { items } = this, { value } = items[0], last = items.pop();
		let at = 0;

		if (!items.length)
			return value;
		items[0] = last;
		for (;;) {
			let down = 2 * at + 1;

			if (down + 1 < items.length && items[down + 1].key < items[down].key)
				down++;
			if (down >= items.length || items[at].key <= items[down].key)
				return value;
			[items[at], items[down]] = [items[down], items[at]];
			at = down;
		}
	}
}

// Each in the uppermost row that is free when it starts.
function packRows(processes) {
	const row = new Int32Array(processes.count), ends = new Heap(), free = new Heap();
	let count = 0;

	for (let i = 0; i < processes.count; i++) {
		while (!ends.isEmpty && ends.least <= processes.start[i]) {
			const over = ends.pop();

			free.push(over, over);
		}
		row[i] = free.isEmpty ? count++ : free.pop();
		ends.push(Math.max(processes.end[i], processes.start[i] + 1e-9), row[i]);
	}
	return { row, count };
}

// A row each, children below their parents.
function treeRows(processes) {
	const { count, parent } = processes, row = new Int32Array(count);
	const first = new Int32Array(count).fill(-1), next = new Int32Array(count).fill(-1);
	const waiting = [];
	let at = 0;

	for (let i = count - 1; i >= 0; i--) {
		if (parent[i] < 0 || parent[i] === i) {
			waiting.push(i);
		} else {
			next[i] = first[parent[i]];
			first[parent[i]] = i;
		}
	}
	while (waiting.length) {
		const process = waiting.pop(), children = [];

		row[process] = at++;
		for (let child = first[process]; child >= 0; child = next[child])
			children.push(child);
		while (children.length)
			waiting.push(children.pop());
	}
	return { row, count: at };
}

// With what finds the processes of a row: they stand in `order` from starts[row] to starts[row + 1].
function indexRows(rows, count) {
	const starts = new Int32Array(rows.count + 1), order = new Int32Array(count);

	for (let i = 0; i < count; i++)
		starts[rows.row[i] + 1]++;
	for (let i = 0; i < rows.count; i++)
		starts[i + 1] += starts[i];
	const at = starts.slice();

	for (let i = 0; i < count; i++)
		order[at[rows.row[i]]++] = i;
	return { ...rows, starts, order };
}
