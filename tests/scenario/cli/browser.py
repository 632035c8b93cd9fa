#!/usr/bin/env python3
"""Opens a page in headless Chromium and does what it is told, one step per argument:

    dark, light, print     emulate the media
    no-script              turn JavaScript off, before open
    open:FILE              open the file
    key:NAME               press and release a key: a letter, Enter, ArrowRight, ...
    type:TEXT              type text into what has the focus
    click:X,Y              click at this place of the window
    eval:EXPRESSION        print the value as JSON, one line each
    png:FILE, pdf:FILE     save what is seen, or what would be printed

Then prints {"errors": [...], "requests": [...]}: what the console complained about, and every URL that was requested but the
page itself. The protocol goes over pipes: no port is opened.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
 --disable-component-update --disable-sync --hide-scrollbars --window-size=1400,1000 --remote-debugging-pipe""".split()


class Browser:
    def __init__(self, profile):
        to_read, self.out = os.pipe()
        self.back, to_write = os.pipe()

        def hand_over():
            # Above 3 and 4 first: one of them may be in the way of the other.
            first, second = os.dup(to_read), os.dup(to_write)
            while first in (3, 4):
                first = os.dup(first)
            while second in (3, 4):
                second = os.dup(second)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(["chromium", *FLAGS, "--user-data-dir=" + profile, "about:blank"], close_fds=False,
                                        preexec_fn=hand_over, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.left, self.number, self.session = b"", 0, None
        self.errors, self.requests, self.events = [], [], []
        pages = self.call("Target.getTargets")["targetInfos"]
        page = next(p for p in pages if p["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def receive(self):
        while b"\0" not in self.left:
            more = os.read(self.back, 1 << 20)
            if not more:
                sys.exit("browser.py: chromium has ended")
            self.left += more
        message, self.left = self.left.split(b"\0", 1)
        return json.loads(message)

    def note(self, event):
        name, given = event.get("method"), event.get("params", {})
        self.events.append(name)
        if name == "Runtime.exceptionThrown":
            self.errors.append(given["exceptionDetails"].get("exception", {}).get("description", "exception"))
        if name == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
            self.errors.append(str([a.get("value") for a in given["args"]]))
        if name == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
            self.errors.append(given["entry"]["text"])
        if name == "Network.requestWillBeSent" and given.get("type") != "Document":
            self.requests.append(given["request"]["url"])

    def call(self, method, **given):
        self.number += 1
        message = {"id": self.number, "method": method, "params": given}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") != self.number:
                self.note(answer)
                continue
            if "error" in answer:
                sys.exit(f"browser.py: {method}: {answer['error']}")
            return answer["result"]

    def open(self, file):
        self.events.clear()
        name, _, fragment = file.partition("#")
        url = "file://" + urllib.parse.quote(os.path.abspath(name)) + ("#" + fragment if fragment else "")
        self.call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self.events:
            self.note(self.receive())

    def key(self, name):
        code = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}.get(name)
        given = {"key": name, "windowsVirtualKeyCode": code or ord(name.upper())}
        self.call("Input.dispatchKeyEvent", type="keyDown", **given, **({} if code else {"text": name}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"browser.py: {expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def save(self, file, method, **given):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.call(method, **given)["data"]))

    def step(self, step):
        what, _, rest = step.partition(":")
        if what in ("dark", "light"):
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": what}])
        elif what == "print":
            self.call("Emulation.setEmulatedMedia", media="print")
        elif what == "no-script":
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        elif what == "open":
            self.open(rest)
        elif what == "key":
            self.key(rest)
        elif what == "type":
            self.call("Input.insertText", text=rest)
        elif what == "click":
            self.click(*map(float, rest.split(",")))
        elif what == "eval":
            print(json.dumps(self.evaluate(rest), ensure_ascii=False))
        elif what == "png":
            self.save(rest, "Page.captureScreenshot", format="png")
        elif what == "pdf":
            self.save(rest, "Page.printToPDF", printBackground=True)
        else:
            sys.exit("browser.py: no such step: " + step)

    def end(self):
        self.session = None
        try:
            self.call("Browser.close")
        except OSError:
            pass
        for _ in range(100):
            if self.process.poll() is not None:
                return
            time.sleep(0.05)
        self.process.kill()


def main():
    profile = tempfile.mkdtemp(prefix="eka-browser.")
    try:
        browser = Browser(profile)
        try:
            for step in sys.argv[1:]:
                browser.step(step)
            print(json.dumps({"errors": browser.errors, "requests": browser.requests}))
        finally:
            browser.end()
    finally:
        shutil.rmtree(profile, ignore_errors=True)


main()
