# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A real browser that is looked into and clicked at: Chromium's protocol over a pair of pipes."""

import base64
import json
import os
import pathlib
import select
import subprocess
import time

import browser

LIMIT_S = 120  # no test waits longer for anything
END = b"\0"  # of a message
# The numbers that the browser reads and writes at.
TO_BROWSER, FROM_BROWSER = 3, 4


class Tab:
    """One page, and what the browser had to say of it."""

    def __init__(self, folder, width=1100, height=900):
        self.home = pathlib.Path(folder, "devtools")
        self.home.mkdir(exist_ok=True)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.events = []
        self.start(width, height)
        target = next(one for one in self.ask("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def start(self, width, height):
        reading, self.writer = os.pipe()
        self.reader, writing = os.pipe()

        # Both numbers may be taken by the pipes themselves.
        def place():
            ends = os.dup(reading), os.dup(writing)
            os.dup2(ends[0], TO_BROWSER)
            os.dup2(ends[1], FROM_BROWSER)

        with open(self.home / "errors", "wb") as errors:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
                [browser.find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--hide-scrollbars", f"--user-data-dir={self.home}",
                 "--host-resolver-rules=MAP * ~NOTFOUND", f"--window-size={width},{height}",
                 "--remote-debugging-pipe", "about:blank"],
                close_fds=False, preexec_fn=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
        os.close(reading)
        os.close(writing)

    def receive(self):
        end = time.monotonic() + LIMIT_S
        while END not in self.buffer:
            if not select.select([self.reader], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError("the browser does not answer")
            data = os.read(self.reader, 1 << 20)
            if not data:
                raise AssertionError((self.home / "errors").read_text(errors="replace")[-2000:])
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(END)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + END
        while data:
            data = data[os.write(self.writer, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def params_of(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]

    def open(self, path):
        self.events.clear()
        self.ask("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        while not self.params_of("Page.loadEventFired"):
            self.events.append(self.receive())

    def value(self, script):
        """Of an expression in the page, a promise being waited for."""
        got = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in got:
            raise AssertionError(f"{script}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def wait(self, what, script):
        end = time.monotonic() + LIMIT_S
        while not (value := self.value(script)):
            if time.monotonic() > end:
                raise AssertionError(f"did not happen: {what}")
            self.value("new Promise(requestAnimationFrame)")
        return value

    def mouse(self, kind, x, y, **more):
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x, y):
        self.drag(x, y, x, y)

    def drag(self, x, y, to_x, to_y):
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
        if (x, y) != (to_x, to_y):
            self.mouse("mouseMoved", (x + to_x) / 2, (y + to_y) / 2, button="left", buttons=1)
            self.mouse("mouseMoved", to_x, to_y, button="left", buttons=1)
        self.mouse("mouseReleased", to_x, to_y, button="left", clickCount=1)

    def key(self, key):
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def picture(self, path, **options):
        data = self.ask("Page.captureScreenshot", format="png", **options)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def complaints(self):
        """Errors of scripts, and what the page's policy has refused."""
        self.value("0")  # what came before is here then
        return [one["entry"]["text"] for one in self.params_of("Log.entryAdded")] + \
            [str(one["exceptionDetails"]) for one in self.params_of("Runtime.exceptionThrown")]

    def requests(self):
        return [one["request"]["url"] for one in self.params_of("Network.requestWillBeSent")]

    def close(self):
        self.session = None
        try:
            self.ask("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait()
        os.close(self.reader)
        os.close(self.writer)
