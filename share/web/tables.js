// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// Tables that are sorted by a click or Enter on a heading. Of long ones the first rows are in the page.

const ROWS_SHOWN = 200, ROWS_PRINTED = 30;

// columns: { title, get(row), text(value)?, isText? }; options: sort, isUp, isBad(row), open(row).
class Table {
	constructor(id, columns, options = {}) {
		this.table = element(id);
		this.columns = columns;
		this.options = options;
		this.sorted = options.sort || 0;
		this.isUp = !!options.isUp;
		this.rows = [];
	}

	show(rows) {
		this.rows = rows;
		this.sort();
	}

	sort() {
		const { get } = this.columns[this.sorted], up = this.isUp ? 1 : -1;

		this.rows.sort((a, b) => {
			const x = get(a), y = get(b);

			return (x < y ? -1 : x > y ? 1 : 0) * up;
		});
		this.fill();
	}

	sortBy(index) {
		this.isUp = index === this.sorted ? !this.isUp : !!this.columns[index].isText;
		this.sorted = index;
		this.sort();
		this.table.querySelectorAll("th")[index].focus();
	}

	fill() {
		this.table.textContent = "";
		this.fillHead(this.table.createTHead().insertRow());
		const body = this.table.createTBody();

		this.rows.slice(0, ROWS_SHOWN).forEach((row, i) => this.fillRow(body.insertRow(), row, i));
		const left = this.rows.length - ROWS_SHOWN;

		if (left > 0 || !this.rows.length) {
			const cell = body.insertRow().insertCell();

			cell.colSpan = this.columns.length;
			cell.className = "dim text";
			cell.textContent = left > 0 ? `and ${count(left)} more: sort or search to see them` : "none";
		}
	}

	fillHead(row) {
		this.columns.forEach(({ title, isText }, index) => {
			const isSorted = index === this.sorted;
			const head = make("th", title + (isSorted ? this.isUp ? " \u25b2" : " \u25bc" : ""), isText ? "text" : "");

			head.scope = "col";
			head.tabIndex = 0;
			if (isSorted)
				head.setAttribute("aria-sort", this.isUp ? "ascending" : "descending");
			head.addEventListener("click", () => this.sortBy(index));
			head.addEventListener("keydown", event => event.key === "Enter" && this.sortBy(index));
			row.append(head);
		});
	}

	fillRow(line, row, number) {
		const { isBad, open } = this.options;

		if (number >= ROWS_PRINTED)
			line.classList.add("unprinted");
		if (isBad && isBad(row))
			line.classList.add("bad");
		for (const { get, text, isText } of this.columns) {
			const cell = line.insertCell();

			cell.textContent = text ? text(get(row)) : get(row);
			if (isText)
				cell.className = "text";
		}
		if (open) {
			line.tabIndex = 0;
			line.classList.add("opens");
			line.addEventListener("click", () => open(row));
			line.addEventListener("keydown", event => event.key === "Enter" && open(row));
		}
	}
}

function programColumns(run) {
	return [
		{ title: "program", get: row => row.name, text: plain, isText: true },
		{ title: "runs", get: row => row.runs, text: count },
		{ title: "cpu", get: row => row.cpuNs / 1e9, text: seconds },
		{ title: "of all", get: row => row.cpuNs, text: ns => share(ns, run().summary.cpu_time_ns) },
		{ title: "waited for", get: row => row.waitedNs / 1e9, text: value => value ? seconds(value) : "" },
		{ title: "lived", get: row => (row.wallNs ?? -1) / 1e9, text: value => value < 0 ? "" : seconds(value) },
		{ title: "peak", get: row => row.peakKb ?? -1, text: kib },
		{ title: "failed", get: row => row.failed, text: value => value ? count(value) : "" },
	];
}

// Rows are numbers of processes.
function processColumns(run) {
	const of = list => row => run().processes[list][row];

	return [
		{ title: "process", get: row => run().processes.label(row), isText: true },
		{ title: "start", get: of("start"), text: seconds },
		{ title: "wall", get: row => run().processes.wall(row), text: seconds },
		{ title: "cpu", get: of("cpu"), text: seconds },
		{ title: "peak", get: of("peak"), text: kib },
		{ title: "ended", get: row => run().processes.ended(row), isText: true },
		{ title: "command", get: of("command"), text: plain, isText: true },
	];
}

function segmentColumns(run) {
	const command = row => row.process < 0 ? "" : run().processes.command[row.process];

	return [
		{ title: "program", get: row => row.name, text: plain, isText: true },
		{ title: "from", get: row => row.from, text: seconds },
		{ title: "for", get: row => row.to - row.from, text: seconds },
		{ title: "of all", get: row => row.to - row.from, text: value => share(value, run().wall) },
		{ title: "", get: row => row.isWaiting ? "idle" : "", isText: true },
		{ title: "command", get: command, text: plain, isText: true },
	];
}

function runColumns() {
	const of = (key, scale) => run => (run.summary[key] ?? -scale) / scale;
	const known = text => value => value < 0 ? "" : text(value);

	return [
		{ title: "run", get: run => run.number + 1 },
		{ title: "file or label", get: run => run.name, text: plain, isText: true },
		{ title: "command", get: run => run.command, text: plain, isText: true },
		{ title: "host", get: run => run.told.start.host || "", text: plain, isText: true },
		{ title: "wall", get: run => run.wall, text: seconds },
		{ title: "cpu", get: of("cpu_time_ns", 1e9), text: known(seconds) },
		{ title: "PSS, peak", get: of("peak_pss_kb", 1), text: kib },
		{ title: "sum of RSS", get: of("peak_mem_rss_kb", 1), text: kib },
		{ title: "processes", get: of("processes_total", 1), text: known(count) },
		{ title: "ended", get: run => run.ended, isText: true },
	];
}
