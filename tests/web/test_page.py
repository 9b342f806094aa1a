# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Records shown by a page, in a real browser."""

import html
import json
import pathlib
import re

import browser
from harness import Case, ROOT, parse_lines, the

RECORDS = ROOT / "tests/fixtures/records/own.jsonl"

# "<" is written so that no record can end the script that holds it.
PAGE = """<!DOCTYPE html>
<meta charset="utf-8"><title>records</title>
<script type="application/json" id="records">{records}</script>
<ul id="processes"></ul>
<script>
const records = JSON.parse(document.getElementById("records").textContent);
for (const record of records.filter(record => record.kind === "process")) {{
	const item = document.createElement("li");
	item.textContent = record.pid + " " + record.comm;
	document.getElementById("processes").append(item);
}}
document.title = records.length + " records";
</script>
"""


def page_of(records):
    return PAGE.format(records=json.dumps(records).replace("<", "\\u003c"))


def shown(page):
    return [html.unescape(text) for text in re.findall(r"<li>(.*?)</li>", page, re.S)]


class Page(Case):
    def show(self, records):
        path = pathlib.Path(self.write("page.html", page_of(records)))
        return browser.open_page(path.as_uri(), self.folder)

    def setUp(self):
        super().setUp()
        self.assertTrue(browser.find(), "no browser: packaging/install-deps web")

    def test_every_process_of_a_recorded_file_is_shown(self):
        records = parse_lines(RECORDS.read_bytes())
        page = self.show(records)
        self.assertIn(f"<title>{len(records)} records</title>", page)
        ended = [f"{record['pid']} {record['comm']}" for record in records if record["kind"] == "process"]
        self.assertTrue(ended)
        self.assertEqual(shown(page), ended)

    def test_a_hostile_name_is_text(self):
        name = "</script><li>x"
        records = [{"kind": "process", "pid": 1, "comm": name}]
        self.assertEqual(shown(self.show(records)), [f"1 {name}"])

    def test_what_a_run_records_can_be_shown(self):
        records = self.records(command=("sh", "-c", "true; true"))
        page = self.show(records)
        self.assertIn(f"<title>{len(records)} records</title>", page)
        self.assertEqual(the(records, "exit")["exit_code"], 0)
