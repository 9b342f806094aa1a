// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// The page as a whole: which run is shown, and what moves with what.

const SEARCH_WAIT_MS = 150, ZOOM_WAIT_MS = 60, PARENTS_SHOWN = 8;
const HINT = "Wheel or + and \u2212 zoom, drag or arrows move, a click keeps a process, n and p go to the next, 0 or a double click shows all.";

// --- text ------------------------------------------------------------------------------------------

function figure(title, text) {
	const item = make("span", title + " ");

	item.append(make("b", text));
	return item;
}

function waitedText(run) {
	const programs = run.told.programs.filter(row => row.waitedNs).sort((a, b) => b.waitedNs - a.waitedNs);

	return programs.slice(0, 4).map(row => plain(row.name) + " " + Math.round(row.waitedNs / run.wall / 1e7) + " %").join("   ");
}

function figuresOf(run) {
	const { summary } = run, figures = [figure("wall", seconds(run.wall))];
	const add = (key, title, text) => summary[key] !== undefined && figures.push(figure(title, text(summary[key])));

	add("cpu_time_ns", "cpu", ns => seconds(ns / 1e9));
	add("peak_pss_kb", "memory", kib);
	add("peak_mem_rss_kb", "sum of RSS", kib);
	add("processes_total", "processes", count);
	add("processes_failed", "failed", count);
	if (run.segments.length)
		figures.push(figure("waited for", waitedText(run)));
	return figures;
}

// Sentences, the gravest first.
function exactness(run) {
	const { told, summary } = run, lines = [];
	const add = (condition, text) => condition && lines.push(text);

	add(summary.incomplete, "These figures are not of the whole run: " + summary.incomplete + ".");
	add(told.isCut, "The file is cut off: what came later is not here.");
	add(told.skipped, counted(told.skipped, "record", "records") + " could not be read; the first: " + told.skippedText + ".");
	add(told.runsCount > 1, "The file has records of more than one run: their times do not fit together.");
	add(!told.hasSummary, "There is no summary of ours in this file: totals are made of the samples.");
	add(summary.accounting === "proc", "Sampled from /proc: figures are lower bounds.");
	add(summary.accounting === "bpf", `By eBPF: the CPU of ${count(summary.processes_exact)} of ${counted(summary.processes_total, "process", "processes")} is exact.`);
	for (const key of ["events_lost", "records_lost", "tasks_lost"])
		add(summary[key], `${count(summary[key])} ${key.replace("_", " ")}.`);
	add(!told.processesCount, "There are no records of processes: no bars, and no tables of them.");
	add(!run.isWhole, `Of ${count(told.processesCount)} processes ${count(run.processes.count)} are shown: those that used most CPU, those that failed, those that the wall time waited for, and their parents.`);
	add(told.waited.unknown && told.processesCount, `What the wall time waited for is not known: ${told.waited.unknown}.`);
	add(told.waited.segmentsCount > run.segments.length, `Of ${count(told.waited.segmentsCount)} stretches that were waited for the longest ${count(run.segments.length)} are shown.`);
	add(told.processesUntimed, `${counted(told.processesUntimed, "process has", "processes have")} times of milliseconds only.`);
	add(told.samplesSetBack, `The clock was set back: ${counted(told.samplesSetBack, "sample is", "samples are")} not shown.`);
	add(told.programsOmitted, `${counted(told.programsOmitted, "program is", "programs are")} left out of the table.`);
	add(run.segments.length, "What the wall time waited for is made of starts, ends and CPU; where an idle process handed over to a sibling, that is a conclusion.");
	add(told.cpu.cores.length, "CPU by program is spread evenly over the time that each process ran; the dashed line is what the samples say.");
	add(told.samplesCount > 600, `${count(told.samplesCount)} samples are drawn as the least and the most of ${count(told.samples.lastMs.length)} columns.`);
	return lines;
}

function factsOf(run, version) {
	const { start } = run.told, { summary } = run;

	return [["command", run.command], ["ended", run.ended], ["file", run.told.file], ["label", start.label], ["job", start.job],
		["started", start.startedMs && new Date(start.startedMs).toISOString()], ["host", start.host], ["user", start.user],
		["folder", start.cwd], ["processors", summary.cpus_usable], ["CPU limit", summary.cpu_limit_cores && cores(summary.cpu_limit_cores)],
		["throttled", summary.throttled_ns && seconds(summary.throttled_ns / 1e9)],
		["memory limit", summary.memory_limit_kb && kib(summary.memory_limit_kb)],
		["waited for a CPU", summary.run_delay_ns && seconds(summary.run_delay_ns / 1e9) + ", summed over processes"],
		["at once, at most", summary.processes_peak && counted(summary.processes_peak, "process", "processes")],
		["samples", count(run.told.samplesCount)],
		["denet-bpf itself", summary.monitor_cpu_ns && seconds(summary.monitor_cpu_ns / 1e9) + " of CPU, " + kib(summary.monitor_peak_rss_kb)],
		["page by", "denet-bpf " + version]].filter(([, text]) => text !== undefined && text !== "" && text !== 0);
}

function processText(run, i) {
	const { processes } = run, wall = processes.wall(i);
	const parents = processes.parents(i, PARENTS_SHOWN).map(parent => processes.label(parent));
	const facts = [processes.label(i), "from " + seconds(processes.start[i]), "for " + seconds(wall),
		"cpu " + seconds(processes.cpu[i]) + (wall ? " (" + share(processes.cpu[i], wall) + " of a core)" : ""),
		processes.peak[i] < 0 ? "" : "peak " + kib(processes.peak[i]), processes.ended(i),
		processes.has(i, FLAG.bound) ? "at least" : "", processes.has(i, FLAG.older) ? "older than the monitoring" : ""];

	return [facts.filter(Boolean).join("   "), plain(processes.command[i]),
		parents.length ? "started by " + parents.join(" \u2190 ") : ""].filter(Boolean).join("\n");
}

// --- the page --------------------------------------------------------------------------------------

class Page {
	constructor({ version, runs }) {
		this.version = version;
		this.runs = runs;
		this.charts = new Charts(element("charts"), {
			view: (from, to) => this.gantt.setView(from, to),
			told: text => this.tell(text),
		});
		this.gantt = new Gantt(element("gantt"), {
			view: (from, to) => this.zoomSoon(from, to),
			picked: process => this.tell(process < 0 ? "" : processText(this.run, process)),
			hovered: process => process >= 0 && this.gantt.selected < 0 && this.tell(processText(this.run, process)),
		});
		this.makeTables();
		this.listen();
	}

	makeTables() {
		const run = () => this.run, open = row => this.reveal(row);
		const isBad = row => this.run.processes.has(row, FLAG.failed);

		this.tables = {
			programs: new Table("programs", programColumns(run), { sort: 2, isBad: row => row.failed }),
			heaviest: new Table("heaviest", processColumns(run), { sort: 3, isBad, open }),
			failures: new Table("failures", processColumns(run), { sort: 1, isUp: true, isBad, open }),
			survivors: new Table("survivors", processColumns(run), { sort: 3, isBad, open }),
			waited: new Table("waited", segmentColumns(run), { sort: 2, open: row => row.process >= 0 && this.reveal(row.process) }),
			runs: new Table("runs", runColumns(), { isUp: true, open: row => this.show(row) }),
		};
	}

	listen() {
		let searching, fitting;

		element("find").addEventListener("input", () => {
			clearTimeout(searching);
			searching = setTimeout(() => this.search(), SEARCH_WAIT_MS);
		});
		element("order").addEventListener("change", event => this.gantt.arrange(event.target.value === "tree"));
		element("path").addEventListener("change", event => {
			this.gantt.hasPath = event.target.checked;
			this.gantt.draw();
		});
		addEventListener("resize", () => {
			clearTimeout(fitting);
			fitting = setTimeout(() => this.fit(), ZOOM_WAIT_MS);
		});
		addEventListener("beforeprint", () => this.fit());
		addEventListener("afterprint", () => this.fit());
		darkness.addEventListener("change", () => this.draw());
	}

	show(run) {
		this.run = run;
		run.colours ??= new Colours(run.told.cpu.names, run.told.memory.names);
		document.title = plain(run.command || run.name);
		element("title").textContent = plain(run.command || run.name);
		element("ended").textContent = [run.ended, run.told.start.label, run.told.start.host].filter(Boolean).map(plain).join(" \u00b7 ");
		element("figures").replaceChildren(...figuresOf(run));
		element("exact").replaceChildren(...exactness(run).map(text => make("li", plain(text))));
		element("facts").replaceChildren(...factsOf(run, this.version).flatMap(([name, text]) => [make("dt", name), make("dd", plain(text))]));
		element("many").hidden = this.runs.length < 2;
		element("every").hidden = !run.processes.count;
		element("shown").textContent = this.runs.length < 2 ? "" : `of run ${run.number + 1}, ${plain(run.name)}`;
		element("find").value = element("found").textContent = "";
		this.draw();
		this.gantt.show(run);
		this.fit();
		this.fillTables();
		this.tell("");
	}

	draw() {
		for (const run of this.runs)
			run.colours ??= new Colours(run.told.cpu.names, run.told.memory.names);
		if (this.runs.length > 1)
			this.charts.show(overlayOf(this.runs), Math.max(...this.runs.map(run => run.wall)));
		else
			this.charts.show(panelsOf(this.run), this.run.wall);
		if (this.gantt.run)
			this.gantt.draw();
	}

	fit() {
		this.charts.resize();
		const { area } = this.charts;

		this.gantt.fit(area ? area.x : 0, area ? area.w : 0);
	}

	fillTables() {
		const { processes, told, segments } = this.run, rows = Array.from({ length: processes.count }, (_, i) => i);
		const having = flag => rows.filter(row => processes.has(row, flag));

		this.tables.programs.show([...told.programs]);
		this.tables.failures.show(having(FLAG.failed));
		this.tables.survivors.show(having(FLAG.running));
		this.tables.waited.show([...segments]);
		this.tables.heaviest.show(rows);
		if (this.runs.length > 1)
			this.tables.runs.show([...this.runs]);
	}

	tell(text) {
		element("tip").textContent = text || (this.gantt.selected >= 0 ? processText(this.run, this.gantt.selected) : HINT);
	}

	reveal(process) {
		this.gantt.reveal(process);
		element("gantt").scrollIntoView({ block: "center" });
		element("gantt").focus({ preventScroll: true });
	}

	// The charts cost more than the bars, and follow when the hand rests.
	zoomSoon(from, to) {
		clearTimeout(this.zooming);
		this.zooming = setTimeout(() => this.charts.setView(from, to), ZOOM_WAIT_MS);
	}

	search() {
		const { processes } = this.run, text = element("find").value, rows = [];
		let pattern;

		try {
			pattern = text && new RegExp(text, "i");
		} catch {
			element("found").textContent = "not a regular expression";
			return;
		}
		this.gantt.found = pattern ? new Uint8Array(processes.count) : null;
		for (let i = 0; i < processes.count; i++)
			if (!pattern || pattern.test(processes.command[i]) || pattern.test(processes.comm[i])) {
				rows.push(i);
				if (pattern)
					this.gantt.found[i] = 1;
			}
		element("found").textContent = pattern ? `${count(rows.length)} of ${count(processes.count)}` : "";
		this.tables.heaviest.show(rows);
		this.gantt.draw();
	}
}

let page;

readRuns().then(report => {
	page = new Page(report);
	page.show(report.runs[0]);
	document.body.classList.add("ready");
}).catch(error => {
	element("title").textContent = "This report cannot be shown: " + error.message;
	document.body.classList.add("broken");
});
