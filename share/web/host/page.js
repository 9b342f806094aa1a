// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// What the service has found, again and again. Names are of any bytes: all of them become text nodes.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const LOOK_AGAIN_MS = 2000, POINTS = 200, WINDOW = "1h";
const HISTORIES = [["cpu_percent", "CPU", percent], ["memory_percent", "memory", percent],
	["disk_read_bytes_per_sec", "read from disks, per second", bytes], ["disk_write_bytes_per_sec", "written to disks, per second", bytes],
	["net_recv_bytes_per_sec", "received, per second", bytes], ["net_sent_bytes_per_sec", "sent, per second", bytes]];

const OF_GROUP = [["cpu_usage", "CPU", percent], ["memory_bytes", "memory", bytes]];

// The address says which group is open, so that it can be passed on.
function opened() {
	try {
		return decodeURIComponent(location.hash.slice(1)) || null;
	} catch {
		return null;
	}
}

let order = "cpu_usage", chosen = opened(), snapshot = null;


function known(value) {
	return value !== undefined && value !== null;
}

function bytes(value) {
	let unit = 0;

	for (; value >= 1024 && unit + 1 < UNITS.length; unit++)
		value /= 1024;
	return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

function percent(value) {
	return `${value < 9.995 ? value.toFixed(2) : Math.round(value)} %`;
}

function seconds(ns) {
	const s = ns / 1e9;

	return s < 60 ? `${s.toFixed(2)} s` : s < 3600 ? `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s` :
		`${Math.floor(s / 3600)} h ${Math.floor(s / 60 % 60)} min`;
}

function count(value) {
	return value.toLocaleString("en");
}

function clock(ms) {
	return new Date(ms).toLocaleTimeString();
}

function text(value) {
	return String(value);
}

const GROUPS = [["name", "name", text], ["type", "kind", text], ["cpu_usage", "cpu", percent], ["memory_bytes", "memory", bytes],
	["memory_limit_bytes", "limit", bytes], ["disk_read_bytes_per_sec", "read/s", bytes],
	["disk_write_bytes_per_sec", "written/s", bytes], ["pids", "pids", count], ["throttled", "throttled", percent],
	["memory_pressure", "memory stall", percent], ["cpu_time_ns", "cpu in all", seconds], ["oom_kills", "OOM kills", count]];
const COMMANDS = [["comm", "program", text], ["uid", "uid", text], ["cpu_usage", "cpu", percent], ["cpu_time_ns", "cpu in all", seconds],
	["processes_living", "alive", count], ["processes_ended", "ended", count], ["processes_failed", "failed", count],
	["processes_killed", "killed", count], ["disk_read_bytes", "read", bytes], ["disk_write_bytes", "written", bytes]];
const ENDED = [["name", "name", text], ["class_name", "class", text], ["ended_ms", "ended", clock], ["cpu_time_ns", "cpu", seconds],
	["memory_peak_bytes", "peak", bytes], ["oom_kills", "OOM kills", count]];
const CLASSES = [["class_name", "class", text], ["cpu_usage", "cpu", percent], ["cpu_time_ns", "cpu in all", seconds],
	["memory_bytes", "memory", bytes], ["containers_living", "alive", count], ["containers_ended", "ended", count],
	["oom_kills", "OOM kills", count]];
const PROCESSES = [["name", "name", text], ["cpu_usage", "cpu", percent], ["cpu_time_ns", "cpu in all", seconds],
	["memory_bytes", "memory", bytes], ["processes_living", "alive", count], ["processes_ended", "ended", count]];
const HEAVY = [["name", "program", text], ["pid", "pid", text], ["reason", "for", text], ["cpu_percent", "cpu", percent],
	["rss", "memory", bytes], ["username", "user", text], ["container", "container", text]];
const ALERTS = [["alert", "alert", text], ["severity", "severity", text], ["state", "state", text], ["name", "of", text],
	["value", "value", text]];

function element(name, content, className) {
	const made = document.createElement(name);

	if (content !== undefined)
		made.textContent = content;
	if (className)
		made.className = className;
	return made;
}

function cell(row, [key, , show]) {
	const value = row[key];

	return element("td", known(value) ? show(value) : "", show === text ? "text" : "");
}

// Columns that no row knows are left out. on: chosen(row), sorted(key), bad(row)
function table(id, rows, columns, on = {}) {
	const shown = columns.filter(([key]) => rows.some(row => known(row[key])));
	const head = element("tr"), place = document.getElementById(id);

	for (const [key, title, show] of shown) {
		const made = element("th", title, show === text ? "text" : "");

		if (on.sorted)
			made.addEventListener("click", () => on.sorted(key));
		head.append(made);
	}
	place.replaceChildren(element("thead"), element("tbody"));
	place.tHead.append(head);
	for (const row of rows) {
		const made = element("tr", undefined, on.bad && on.bad(row) ? "bad" : "");

		made.append(...shown.map(column => cell(row, column)));
		if (on.chosen) {
			made.classList.add("opens");
			made.tabIndex = 0;
			made.addEventListener("click", () => on.chosen(row));
			made.addEventListener("keydown", event => { if (event.key === "Enter") on.chosen(row); });
			if (row.cgroup === chosen)
				made.classList.add("chosen");
		}
		place.tBodies[0].append(made);
	}
	if (!rows.length)
		place.replaceChildren(element("caption", "none", "dim"));
}

function weigh(row) {
	return known(row[order]) ? row[order] : -1;
}

function compare(a, b) {
	if (typeof weigh(a) === "string" || typeof weigh(b) === "string")
		return String(weigh(a)).localeCompare(String(weigh(b)));
	return weigh(b) - weigh(a) || String(a.name).localeCompare(String(b.name));
}

function choose(row) {
	chosen = row.cgroup === chosen ? null : row.cgroup;
	history.replaceState(null, "", "#" + encodeURIComponent(chosen || ""));
	drawGroups();
}

function drawGroups() {
	const word = document.getElementById("find").value.toLowerCase();
	const rows = snapshot.groups.filter(group => group.name.toLowerCase().includes(word)).sort(compare);

	document.getElementById("counted").textContent = rows.length === snapshot.groups.length ? count(rows.length) :
		`${count(rows.length)} of ${count(snapshot.groups.length)}`;
	table("groups", rows, GROUPS, { sorted: key => { order = key; drawGroups(); },
		chosen: choose });
	const group = snapshot.groups.find(one => one.cgroup === chosen);

	document.getElementById("inside").hidden = !group;
	if (!group)
		return;
	document.getElementById("inside_of").textContent = group.name;
	table("commands", group.commands || [], COMMANDS);
	Promise.all(OF_GROUP.map(wish => askHistory(wish, group))).then(made => {
		if (group.cgroup === chosen)
			document.getElementById("past").replaceChildren(...made.filter(one => one));
	});
}

function drawMachine() {
	const machine = snapshot.machine, place = document.getElementById("figures");
	const figures = [["cpu_percent", "CPU", percent], ["memory_percent", "memory", percent], ["swap_used", "swap", bytes],
		["disk_usage_percent", "/", percent], ["groups_omitted", "groups left out", count], ["cgroup_events_lost", "events lost", count]];

	place.replaceChildren();
	for (const [key, title, show] of figures) {
		if (!known(machine[key]))
			continue;
		const made = element("span", title + " ");

		made.append(element("b", show(machine[key])));
		place.append(made);
	}
}

function drawHistory(title, show, past) {
	const made = element("figure"), caption = element("figcaption", title + " ", "dim");
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const points = (past.points || []).filter(([, value]) => value !== null);
	const first = points.length ? points[0][0] : 0, span = points.length ? points[points.length - 1][0] - first || 1 : 1;
	const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");

	svg.setAttribute("viewBox", "0 0 1000 100");
	svg.setAttribute("preserveAspectRatio", "none");
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", title);
	line.setAttribute("points", points.map(([ts, value]) =>
		`${(1000 * (ts - first) / span).toFixed(1)},${(98 - 96 * value / (past.max || 1)).toFixed(1)}`).join(" "));
	svg.append(line);
	caption.append(element("b", `${show(past.mean)} on average, ${show(past.p95)} at 95 %, ${show(past.max)} at most`));
	made.append(caption, svg);
	return made;
}

async function ask(path) {
	const answer = await fetch(path, { cache: "no-store" });

	if (!answer.ok)
		throw new Error(`${path}: ${answer.status}`);
	return answer.json();
}

async function askHistory([metric, title, show], group) {
	const of = group ? `&group=${encodeURIComponent(group.name)}` : "";

	try {
		const { history } = await ask(`/api/v1/history?metric=${metric}&window=${WINDOW}&points=${POINTS}${of}`);

		return history.length && history[0].values ? drawHistory(title, show, history[0]) : null;
	} catch {
		return null;
	}
}

function isBad(alert) {
	return alert.state === "firing";
}

async function look() {
	const state = document.getElementById("state");

	try {
		const [now, alerts, ended] = await Promise.all(["snapshot", "alerts", "ended"].map(name => ask("/api/v1/" + name)));
		const histories = await Promise.all(HISTORIES.map(wish => askHistory(wish)));

		snapshot = now;
		drawMachine();
		drawGroups();
		table("ended", ended.ended, ENDED);
		table("classes", now.classes, CLASSES);
		table("processes", now.processes, PROCESSES);
		table("heavy", now.heavy, HEAVY);
		document.getElementById("firing").hidden = !alerts.alerts.length;
		table("alerts", alerts.alerts.map(alert => ({ ...alert, ...alert.labels })), ALERTS, { bad: isBad });
		document.getElementById("history").replaceChildren(...histories.filter(made => made));
		state.textContent = `Look ${count(now.looks)}, at ${clock(now.ts_ms)}`;
		document.title = `${count(now.groups.length)} groups`;
	} catch (error) {
		state.textContent = `No answer: ${error.message}`;
	}
	setTimeout(look, LOOK_AGAIN_MS);
}

document.getElementById("find").addEventListener("input", () => { if (snapshot) drawGroups(); });
look();
