"""The page of examples/broker in headless Chromium; prints "ok" or says what went wrong.

    browser_page.py PAGE_FOLDER PAGE_PORT WEBSOCKET_URL USER PASSWORD [SCREENSHOT]

Serves the page on 127.0.0.1:PAGE_PORT, and drives Chromium through chromedriver (W3C WebDriver over HTTP, no library):
connects, subscribes, publishes, and waits until the page shows the message. With "refused" as PASSWORD's first word it
waits for the page to say that it was refused instead.
"""
import base64
import functools
import http.server
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

folder, page_port, url, user, password = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
PATIENCE = 30


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Browser:
    """One session of a chromedriver of our own."""

    def __init__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                self.base = f"http://127.0.0.1:{found.group(1)}/session"
                break
        else:
            sys.exit("chromedriver did not start")
        # In a container Chromium's sandbox cannot be set up, and /dev/shm is small; the page is ours.
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]}
        session = self.ask("", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True, "goog:chromeOptions": options}}})
        self.base += "/" + session["sessionId"]

    def ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            sys.exit(f"WebDriver {path}: {error.read().decode()[:500]}")

    def run(self, script, *arguments):
        return self.ask("/execute/sync", {"script": script, "args": list(arguments)})

    def close(self):
        self.ask("", method="DELETE")
        self.driver.terminate()
        self.driver.wait()


def fill(browser, **values):
    for name, value in values.items():
        browser.run("document.getElementById(arguments[0]).value = arguments[1]", name, value)


def press(browser, name):
    browser.run("document.getElementById(arguments[0]).click()", name)


def shown(browser, selector):
    return browser.run("return [...document.querySelectorAll(arguments[0])].map(found => found.textContent)", selector)


def wait(browser, selector, words, what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = shown(browser, selector)
        if any(words in text for text in found):
            return
        time.sleep(0.05)
    sys.exit(f"{what}: the page shows {found}, wanted {words!r}; its state is {shown(browser, '#state')}")


server = http.server.ThreadingHTTPServer(("127.0.0.1", page_port), functools.partial(Quiet, directory=folder))
threading.Thread(target=server.serve_forever, daemon=True).start()
browser = Browser()
try:
    browser.ask("/url", {"url": f"http://127.0.0.1:{page_port}/index.html"})
    for version, other in [("5", "first"), ("4", "second")]:
        fill(browser, url=url, version=version, user=user, password=password)
        press(browser, "connect")
        if password.startswith("refused"):
            wait(browser, "#state[data-state=failed]", "", "refusal")
            break
        wait(browser, "#state", "connected as page-", "connection")
        fill(browser, filter="demo/#", topic=f"demo/{other}", payload=f"the {other} message, grüße <b>&amp;")
        press(browser, "subscribe")
        wait(browser, "#filters li", "demo/# · QoS 1", "subscription")
        press(browser, "publish")
        wait(browser, "#messages .text", f"the {other} message, grüße <b>&amp;", "message")
        wait(browser, "#messages .topic", f"demo/{other}", "topic")
        if len(sys.argv) > 6:
            with open(sys.argv[6], "wb") as file:
                file.write(base64.b64decode(browser.ask("/screenshot")))
        press(browser, "connect")
        wait(browser, "#state", "closed (1000)", "end")
finally:
    browser.close()
    server.shutdown()
print("ok")
