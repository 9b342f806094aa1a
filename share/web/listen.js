// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

// What the mouse and the keys do to the bars.

const ZOOM_STEP = 0.2, PAN_STEP = 0.2, SCROLL_STEP = 60;

function listen(gantt) {
	const { canvas } = gantt;

	canvas.addEventListener("wheel", event => onWheel(gantt, event), { passive: false });
	canvas.addEventListener("pointerdown", event => {
		gantt.drag = { x: event.offsetX, y: event.offsetY, from: gantt.from, to: gantt.to, top: gantt.top };
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener("pointermove", event => onMove(gantt, event));
	canvas.addEventListener("pointerup", event => {
		if (gantt.drag && !gantt.drag.isMoved)
			gantt.select(gantt.at(event.offsetX, event.offsetY));
		gantt.drag = null;
	});
	canvas.addEventListener("pointercancel", () => {
		gantt.drag = null;
	});
	canvas.addEventListener("dblclick", () => show(gantt, 0, gantt.run.wall));
	canvas.addEventListener("keydown", event => {
		if (onKey(gantt, event.key))
			event.preventDefault();
	});
}

function show(gantt, from, to) {
	gantt.setView(from, to);
	gantt.on.view(gantt.from, gantt.to);
}

function onWheel(gantt, event) {
	event.preventDefault();
	if (event.shiftKey) {
		gantt.scrollTo(gantt.top + event.deltaY + event.deltaX);
		return;
	}
	const factor = Math.exp(event.deltaY * 0.0015);
	const time = gantt.from + event.offsetX / gantt.width * (gantt.to - gantt.from);

	show(gantt, Math.max(0, time - (time - gantt.from) * factor),
		Math.min(gantt.run.wall, time + (gantt.to - time) * factor));
}

function onMove(gantt, event) {
	const { drag } = gantt;

	if (!drag) {
		gantt.on.hovered(gantt.at(event.offsetX, event.offsetY));
		return;
	}
	const right = event.offsetX - drag.x, down = event.offsetY - drag.y;

	if (!drag.isMoved && Math.abs(right) + Math.abs(down) <= 3)
		return;
	drag.isMoved = true;
	const span = drag.to - drag.from, moved = right / gantt.width * span;

	show(gantt, drag.from - moved, drag.to - moved);
	gantt.scrollTo(drag.top - down);
}

// The next one in the order of their starts, of those that were searched for.
function selectNext(gantt, step) {
	const { count } = gantt.run.processes;

	for (let i = gantt.selected + step; i >= 0 && i < count; i += step)
		if (!gantt.found || gantt.found[i]) {
			gantt.select(i);
			return;
		}
}

// Whether the key means something.
function onKey(gantt, key) {
	const { from, to } = gantt, span = to - from;
	const actions = {
		"ArrowLeft": () => show(gantt, from - PAN_STEP * span, to - PAN_STEP * span),
		"ArrowRight": () => show(gantt, from + PAN_STEP * span, to + PAN_STEP * span),
		"ArrowUp": () => gantt.scrollTo(gantt.top - SCROLL_STEP),
		"ArrowDown": () => gantt.scrollTo(gantt.top + SCROLL_STEP),
		"+": () => show(gantt, from + ZOOM_STEP * span, to - ZOOM_STEP * span),
		"-": () => show(gantt, from - ZOOM_STEP * span, to + ZOOM_STEP * span),
		"0": () => show(gantt, 0, gantt.run.wall),
		"n": () => selectNext(gantt, 1),
		"p": () => selectNext(gantt, -1),
		"Enter": () => gantt.selected >= 0 && gantt.reveal(gantt.selected),
		"Escape": () => gantt.select(-1),
	};

	if (!actions[key])
		return false;
	actions[key]();
	return true;
}
