// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"use strict";

// Quantities and names as people read them. Names of programs are of any bytes: they enter the page as text
// alone, and what would reorder or hide text is shown by its number.

function element(id) {
	return document.getElementById(id);
}

function make(tag, text, className) {
	const node = document.createElement(tag);

	if (text !== undefined)
		node.textContent = text;
	if (className)
		node.className = className;
	return node;
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

function plain(name) {
	return String(name).replace(CONTROLS, char => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"));
}

function seconds(value) {
	if (!Number.isFinite(value))
		return "";
	if (value >= 100 || !value)
		return value.toFixed(0) + " s";
	if (value >= 10)
		return value.toFixed(1) + " s";
	if (value >= 1)
		return value.toFixed(2) + " s";
	return value >= 0.001 ? (value * 1e3).toFixed(1) + " ms" : (value * 1e6).toFixed(0) + " \u00b5s";
}

function kib(value) {
	if (!Number.isFinite(value) || value < 0)
		return "";
	if (value >= 1048576)
		return (value / 1048576).toFixed(1) + " GiB";
	return value >= 1024 ? (value / 1024).toFixed(1) + " MiB" : value.toFixed(0) + " KiB";
}

function bytesPerSecond(value) {
	return kib(value / 1024) + "/s";
}

function count(value) {
	return Number.isFinite(value) ? value.toLocaleString("en-US") : "";
}

function cores(value) {
	return +value.toFixed(2) + (value === 1 ? " core" : " cores");
}

function share(part, whole) {
	return whole > 0 ? (100 * part / whole).toFixed(1) + " %" : "";
}

// One of the words, by how many there are.
function counted(number, one, many) {
	return count(number) + " " + (number === 1 ? one : many);
}
