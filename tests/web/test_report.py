# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What `report` writes, opened, clicked at and typed into, in a real browser."""

import atexit
import tempfile

import browser
import recorded
from devtools import Tab
from harness import Case, ROOT, run

READY = "document.body.classList.contains('ready') || document.body.classList.contains('broken')"
TALL = 3000  # all of a page is in view


class Shared:
    """One browser for all tests: it takes longer to start than to do most of them."""

    tab = None
    folder = None

    @classmethod
    def get(cls):
        if not cls.tab:
            cls.folder = tempfile.TemporaryDirectory(prefix="denet-web.")  # pylint: disable=consider-using-with
            cls.tab = Tab(cls.folder.name, height=TALL)
            atexit.register(cls.close)
        return cls.tab

    @classmethod
    def close(cls):
        cls.tab.close()
        cls.folder.cleanup()


class Report(Case):
    def setUp(self):
        super().setUp()
        self.assertTrue(browser.find(), "no browser: packaging/install-deps web")
        self.tab = Shared.get()

    def report(self, *files):
        done = run("report", *files, "-o", self.path("out.html"))
        self.assertEqual((done.status, done.out, done.err), (0, b"", b""), done)
        return self.path("out.html")

    def open(self, *files):
        self.tab.open(self.report(*files))
        self.tab.wait("the page is drawn", READY)
        self.settle()

    def open_run(self, **options):
        self.open(recorded.write(self.path("run.jsonl"), recorded.run(**options)))

    def settle(self):
        """Whatever was asked for is drawn."""
        self.tab.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def tearDown(self):
        if self.tab:
            self.assertEqual(self.tab.complaints(), [])
            self.assertEqual([url for url in self.tab.requests() if not url.startswith(("file:", "data:"))], [])
        super().tearDown()

    def box(self, selector):
        return self.tab.value(f"""(() => {{ const box = document.querySelector({selector!r}).getBoundingClientRect();
            return {{ x: box.left, y: box.top, width: box.width, height: box.height }}; }})()""")

    def painted(self, selector):
        """How many pixels of the canvases below this element are not blank."""
        return self.tab.value(f"""[...document.querySelectorAll({selector!r})].reduce((sum, canvas) => {{
            const {{ data }} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            for (let i = 3; i < data.length; i += 4) sum += data[i] > 0;
            return sum; }}, 0)""")

    def cells(self, table, column):
        """Texts of a column, by the number of its heading."""
        return self.tab.value(f"[...document.querySelectorAll('#{table} tbody tr')].map(row => row.cells[{column}]?.textContent)")

    def text(self, selector):
        return self.tab.value(f"document.querySelector({selector!r}).textContent")

    def view(self):
        return self.tab.value("[page.gantt.from, page.gantt.to]")

    def views_of_charts(self):
        return self.tab.value("page.charts.graphs.map(({ graph }) => graph.xAxisRange())")


class Drawn(Report):
    def test_each_panel_is_drawn(self):
        self.open_run()
        titles = self.tab.value("page.charts.panels.map(panel => panel.title)")
        self.assertEqual(titles, ["CPU in cores", "Memory", "Processes alive", "Disk", "Memory pressure"])
        for number in range(len(titles)):
            self.assertGreater(self.painted(f"#chart{number} canvas"), 500, titles[number])
        self.assertGreater(self.painted("#gantt"), 5000)
        self.assertIn("limit", self.tab.value("page.charts.panels[0].series.map(one => one.name)"))
        self.assertIn("limit", self.tab.value("page.charts.panels[1].series.map(one => one.name)"))

    def test_what_is_drawn_adds_up(self):
        self.open_run()
        cpu_s = self.tab.value("page.run.told.cpu.cores.flat().reduce((a, b) => a + b) * page.run.told.cpu.stepNs / 1e9")
        told_s = self.tab.value("page.run.summary.cpu_time_ns / 1e9")
        self.assertAlmostEqual(cpu_s / told_s, 1, places=2)
        self.assertEqual(self.tab.value("page.run.processes.count"), 400)
        waited_s = self.tab.value("page.run.segments.reduce((sum, { from, to }) => sum + to - from, 0)")
        self.assertAlmostEqual(waited_s, self.tab.value("page.run.wall"), places=2)
        self.assertEqual(self.tab.value("Math.max(...page.charts.panels[2].rows.map(row => row[1]))"), recorded.JOBS + 1)

    def test_memory_is_told_by_program(self):
        self.open_run()
        names = self.tab.value("page.charts.panels[1].series.map(one => one.name)")
        self.assertEqual(names, ["cc1", "make", "others", "sum of RSS", "PSS, shared pages once", "limit"])
        row = self.tab.value("page.charts.panels[1].rows[10]")
        self.assertEqual(row[1:3], [12_000, 17_000])
        self.assertEqual(row[3], row[4])

    def test_the_dark_one_is_drawn_too(self):
        self.tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.addCleanup(self.tab.ask, "Emulation.setEmulatedMedia", features=[])
        self.open_run()
        self.assertEqual(self.tab.value("getComputedStyle(document.body).backgroundColor"), "rgb(24, 27, 33)")
        self.assertGreater(self.painted("#gantt"), 5000)

    def test_it_can_be_printed(self):
        self.open_run()
        pages = self.tab.ask("Page.printToPDF")["data"]
        self.assertGreater(len(pages), 20_000)

    def test_a_page_without_data_is_small(self):
        self.open_run(count=2)
        self.assertLess(len(self.read("out.html")), 250_000)


class Zoomed(Report):
    def test_a_chart_takes_all_others_and_the_bars_with_it(self):
        self.open_run()
        box, wall = self.box("#chart1 canvas"), self.view()[1]
        y = box["y"] + box["height"] / 2
        self.tab.drag(box["x"] + 300, y, box["x"] + 500, y)
        self.settle()
        view = self.view()
        self.assertGreater(view[0], 0)
        self.assertLess(view[1], wall)
        for other in self.views_of_charts():
            self.assertAlmostEqual(other[0], view[0], places=3)
            self.assertAlmostEqual(other[1], view[1], places=3)

    def test_the_wheel_zooms_at_the_pointer_and_a_double_click_shows_all(self):
        self.open_run()
        whole, box = self.view(), self.box("#gantt")
        x, y = box["x"] + box["width"] / 4, box["y"] + 30
        self.tab.mouse("mouseMoved", x, y)
        self.tab.mouse("mouseWheel", x, y, deltaX=0, deltaY=-600)
        self.tab.wait("the bars are zoomed", f"page.gantt.to < {whole[1]} * 0.9")
        view = self.view()
        self.assertAlmostEqual(view[0] + (view[1] - view[0]) / 4, whole[1] / 4, delta=whole[1] / 50)
        self.tab.wait("the charts follow", f"Math.abs(page.charts.graphs[0].graph.xAxisRange()[0] - {view[0]}) < 1e-3")
        for click in (1, 2):
            self.tab.mouse("mousePressed", x, y, button="left", clickCount=click)
            self.tab.mouse("mouseReleased", x, y, button="left", clickCount=click)
        self.tab.wait("all is shown", f"page.gantt.to >= {whole[1]} - 1e-6")

    def test_keys_zoom_and_move(self):
        self.open_run()
        whole = self.view()[1]
        self.tab.value("element('gantt').focus()")
        self.tab.key("+")
        zoomed = self.view()
        self.assertAlmostEqual(zoomed[1] - zoomed[0], 0.6 * whole, delta=whole / 1000)
        self.tab.key("ArrowRight")
        self.assertGreater(self.view()[0], zoomed[0])
        self.tab.key("0")
        self.assertEqual(self.view(), [0, whole])


class Found(Report):
    def middle_of(self, process):
        return self.tab.value(f"""(() => {{ const gantt = page.gantt, {{ start, end }} = page.run.processes;
            const box = gantt.canvas.getBoundingClientRect();
            return [box.left + gantt.canvas.clientLeft + gantt.x((start[{process}] + end[{process}]) / 2),
                box.top + gantt.canvas.clientTop + gantt.y({process}) + gantt.rowHeight / 2]; }})()""")

    def test_a_click_finds_a_process(self):
        self.open_run()
        longest = self.tab.value("""[...page.run.processes.start.keys()].slice(1)
            .reduce((a, b) => page.run.processes.wall(b) > page.run.processes.wall(a) ? b : a)""")
        x, y = self.middle_of(longest)
        self.tab.mouse("mouseMoved", x, y)
        pid, command = self.tab.value(f"[page.run.processes.pid[{longest}], page.run.processes.command[{longest}]]")
        for _ in ("hovered", "clicked"):
            told = self.text("#tip")
            self.assertIn(f"[{pid}]", told)
            self.assertIn(command, told)
            self.assertIn("started by make[1001]", told)
            self.assertRegex(told, r"cpu .* peak .* exit ")
            self.tab.click(x, y)
        self.assertEqual(self.tab.value("page.gantt.selected"), longest)

    def test_each_bar_is_found_where_it_is(self):
        self.open_run(count=60)
        wrong = self.tab.value("""(() => { const { gantt, run } = page, wrong = [];
            for (let i = 0; i < run.processes.count; i++) {
                const x = gantt.x((run.processes.start[i] + run.processes.end[i]) / 2);
                const found = gantt.at(x, gantt.y(i) + gantt.rowHeight / 2);
                if (found !== i && run.processes.wall(found) < run.processes.wall(i)) wrong.push(i);
            }
            return wrong; })()""")
        self.assertEqual(wrong, [])

    def test_a_tree_has_a_row_each_and_children_below_their_parents(self):
        self.open_run(count=100)
        self.tab.value("(() => { const order = element('order'); order.value = 'tree'; order.dispatchEvent(new Event('change')); })()")
        self.settle()
        self.assertEqual(self.tab.value("page.gantt.rows.count"), 100)
        self.assertTrue(self.tab.value("page.gantt.rows.row.every((row, i) => page.run.processes.parent[i] < 0 || row > page.gantt.rows.row[page.run.processes.parent[i]])"))
        self.assertGreater(self.painted("#gantt"), 5000)

    def test_packed_rows_do_not_overlap(self):
        self.open_run(count=300)
        self.assertEqual(self.tab.value("page.gantt.rows.count"), recorded.JOBS + 1)
        self.assertTrue(self.tab.value("""(() => { const { order, starts } = page.gantt.rows, { start, end } = page.run.processes;
            for (let row = 0; row + 1 < starts.length; row++)
                for (let i = starts[row] + 1; i < starts[row + 1]; i++)
                    if (start[order[i]] < end[order[i - 1]]) return false;
            return true; })()"""))

    def test_a_search_filters_the_table_and_dims_the_rest(self):
        self.open_run()
        self.tab.value("element('find').focus()")
        self.tab.type(r"file(7|1\d)\.c$")
        self.tab.wait("it is searched", "element('found').textContent")
        self.assertEqual(self.text("#found"), "11 of 400")
        commands = self.cells("heaviest", 6)
        self.assertEqual(len(commands), 11)
        self.assertTrue(all("src/file" in command for command in commands))
        self.assertEqual(self.tab.value("page.gantt.found.reduce((a, b) => a + b)"), 11)

    def test_what_is_no_expression_is_said(self):
        self.open_run()
        self.tab.value("element('find').focus()")
        self.tab.type("(")
        self.tab.wait("it is said", "element('found').textContent === 'not a regular expression'")
        self.assertEqual(len(self.cells("heaviest", 0)), 201)


class Listed(Report):
    def heading(self, table, column):
        box = self.tab.value(f"""(() => {{ const box = document.querySelectorAll('#{table} th')[{column}].getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2]; }})()""")
        return box

    def test_a_heading_sorts(self):
        self.open_run()
        walls = "page.tables.heaviest.rows.map(row => page.run.processes.wall(row))"
        self.tab.click(*self.heading("heaviest", 2))
        down = self.tab.value(walls)
        self.assertEqual(down, sorted(down, reverse=True))
        self.assertEqual(self.tab.value("document.querySelectorAll('#heaviest th')[2].getAttribute('aria-sort')"), "descending")
        self.tab.key("Enter")
        up = self.tab.value(walls)
        self.assertEqual(up, sorted(down))

    def test_failures_and_programs_are_told(self):
        self.open_run()
        failed = self.cells("failures", 5)
        self.assertEqual(failed, ["exit 1"] * 8)
        self.assertEqual(self.tab.value("document.querySelectorAll('#failures tr.bad').length"), 8)
        names = self.cells("programs", 0)
        self.assertIn("cc1", names)
        self.assertIn("make", names)
        self.assertEqual(self.cells("survivors", 0), ["none"])
        self.assertTrue(self.cells("waited", 0)[0] in names)

    def test_a_row_shows_its_process(self):
        self.open_run()
        self.tab.value("document.querySelector('#failures tbody tr').focus()")
        self.tab.key("Enter")
        self.settle()
        self.assertIn("exit 1", self.text("#tip"))
        first, last = self.view()
        self.assertLess(last - first, self.tab.value("page.run.wall"))

    def test_several_runs_are_laid_over_each_other_and_listed(self):
        paths = [recorded.write(self.path(f"{label}.jsonl"), recorded.run(count, seed=count, label=label))
                 for label, count in (("monday", 50), ("tuesday", 90))]
        self.open(*paths)
        self.assertEqual(self.cells("runs", 1), ["monday", "tuesday"])
        self.assertEqual(self.tab.value("page.charts.panels[0].series.map(one => one.name)"), ["1 monday", "2 tuesday"])
        for number in range(5):
            self.assertGreater(self.painted(f"#chart{number} canvas"), 200)
        self.assertEqual(self.tab.value("page.run.processes.count"), 50)
        self.tab.value("document.querySelectorAll('#runs tbody tr')[1].click()")
        self.settle()
        self.assertEqual(self.tab.value("page.run.processes.count"), 90)
        self.assertIn("tuesday", self.text("#shown"))


class Hostile(Report):
    NAMES = ("</script><b>x", "a\"b\u202ec", "'><img src=x>", "<!--<script>")

    def test_names_are_text_and_no_more(self):
        def rename(process):
            name = self.NAMES[process["id"] % len(self.NAMES)]
            process["comm"] = name[:15]
            process["cmd"] = [name, "&lt;", "line\nfeed"]

        self.open_run(change=rename, label="</title><b>y")
        self.assertEqual(self.tab.value("document.scripts.length"), 3)
        self.assertEqual(self.tab.value("document.querySelectorAll('table img, #tip img, main b').length"), 0)
        self.assertEqual(self.tab.value("document.querySelectorAll('header b').length"),
                         self.tab.value("element('figures').childElementCount"))
        names = self.cells("programs", 0)
        self.assertIn("</script><b>x", names)
        self.assertIn("a\"b\\u202ec", names)
        self.assertNotIn("\u202e", self.tab.value("document.body.innerText"))
        self.assertIn("\\u000a", self.tab.value("document.querySelector('#heaviest').textContent"))


class Lacking(Report):
    def test_a_file_of_denet_has_its_panels_and_says_what_it_lacks(self):
        self.open(str(ROOT / "tests/fixtures/records/denet-0.6.jsonl"))
        self.assertGreater(self.painted("#chart0 canvas"), 100)
        self.assertTrue(self.tab.value("element('every').hidden"))
        self.assertIn("There are no records of processes", self.text("#exact"))

    def test_a_file_that_is_cut_off_says_so(self):
        path = recorded.write(self.path("run.jsonl"), recorded.run())
        data = self.read("run.jsonl")
        self.write("run.jsonl", data[: data.rfind(b'"kind": "process"')])
        done = run("report", path, "-o", self.path("out.html"))
        self.assertEqual(done.status, 0, done)
        self.tab.open(self.path("out.html"))
        self.tab.wait("the page is drawn", READY)
        self.assertIn("The file is cut off", self.text("#exact"))
        self.assertGreater(self.painted("#gantt"), 2000)
