// Chromium over its debugging pipe: a page, its keyboard, its virtual security key.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// A browser that starts cold, on a machine whose other core emulates another one, has taken more than 20 s for a page.
const PATIENCE_MS = 120_000;

const KEYS = {
  Tab: { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 },
  Enter: { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" },
  Space: { key: " ", code: "Space", windowsVirtualKeyCode: 32, text: " " },
  Down: { key: "ArrowDown", code: "ArrowDown", windowsVirtualKeyCode: 40 },
};

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`too long: ${what}`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Chromium {
  #last = 0;
  #waiting = new Map();
  #listeners = new Set();
  #left = Buffer.alloc(0);

  constructor({ host, port, spki }) {
    this.folder = mkdtempSync(join(tmpdir(), "keydesk-pages-"));
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--no-first-run",
      "--disable-gpu",
      // Nothing but the pages is asked for anything.
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-quic",
      // A frame of another site is in the same tree.
      "--disable-site-isolation-trials",
      "--disable-dev-shm-usage",
      "--hide-scrollbars",
      "--force-color-profile=srgb",
      "--remote-debugging-pipe",
      `--user-data-dir=${this.folder}`,
      `--host-resolver-rules=MAP ${host} 127.0.0.1:${port}`,
      `--ignore-certificate-errors-spki-list=${spki}`,
      "about:blank",
    ];
    this.process = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.process.stdio[4].on("data", (data) => this.#take(data));
  }

  #take(data) {
    this.#left = Buffer.concat([this.#left, data]);
    for (let end = this.#left.indexOf(0); end >= 0; end = this.#left.indexOf(0)) {
      const message = JSON.parse(this.#left.subarray(0, end).toString());
      this.#left = this.#left.subarray(end + 1);
      const waiting = this.#waiting.get(message.id);
      if (waiting) {
        this.#waiting.delete(message.id);
        message.error ? waiting.reject(new Error(`${waiting.method}: ${message.error.message}`)) : waiting.resolve(message.result);
      }
      for (const listener of [...this.#listeners]) listener(message);
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return within(answered, method);
  }

  event(sessionId, name) {
    return new Promise((resolve) => {
      const listener = (message) => {
        if (message.method === name && message.sessionId === sessionId) {
          this.#listeners.delete(listener);
          resolve(message.params);
        }
      };
      this.#listeners.add(listener);
    });
  }

  on(sessionId, name, heard) {
    this.#listeners.add((message) => {
      if (message.method === name && message.sessionId === sessionId) heard(message.params);
    });
  }

  // A browser of its own: nobody else's cookies.
  async open(base, language) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId, base);
    await page.send("Page.enable");
    await page.send("Network.enable");
    await page.send("Network.setExtraHTTPHeaders", { headers: { "Accept-Language": language } });
    await page.watch();
    await page.size(1000, 700);
    return page;
  }

  // Its processes write to the folder until they have gone.
  async close() {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    await this.send("Browser.close").catch(() => this.process.kill("SIGKILL"));
    await within(gone, "the browser's end");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

export class Page {
  constructor(chromium, sessionId, base) {
    Object.assign(this, { chromium, sessionId, base, wrong: [], status: 0 });
  }

  send(method, params = {}) {
    return this.chromium.send(method, params, this.sessionId);
  }

  // What a page may not do is told in its console.
  async watch() {
    await this.send("Log.enable");
    this.chromium.on(this.sessionId, "Log.entryAdded", ({ entry }) => {
      if (entry.source === "security" || entry.source === "javascript") this.wrong.push(entry.text);
    });
    this.chromium.on(this.sessionId, "Network.responseReceived", ({ response, type }) => {
      if (type === "Document") this.status = response.status;
    });
  }

  size(width, height, mobile = false) {
    return this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
  }

  async goto(path) {
    await this.after(() => this.send("Page.navigate", { url: path.includes("://") ? path : this.base + path }));
  }

  // Does something that leads to another page, and waits for that.
  async after(deed) {
    const loaded = this.chromium.event(this.sessionId, "Page.loadEventFired");
    await deed();
    await within(loaded, "the next page").catch(async (late) => {
      throw new Error(`${late.message} after ${await this.path()} (${this.status}) [${this.wrong.join("; ")}]: ${await this.text()}`);
    });
  }

  async eval(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(`${exceptionDetails.text} ${exceptionDetails.exception?.description ?? ""}`);
    return result.value;
  }

  path() {
    return this.eval("location.pathname");
  }

  text() {
    return this.eval("document.body.innerText");
  }

  async press(name) {
    const key = KEYS[name];
    await this.send("Input.dispatchKeyEvent", { type: key.text ? "keyDown" : "rawKeyDown", ...key });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...key, text: undefined });
  }

  type(text) {
    return this.send("Input.insertText", { text });
  }

  // With the keyboard alone: tab on until what is focused fits, and is seen to be.
  async tabTo(selector) {
    for (let pressed = 0; pressed < 80; pressed += 1) {
      const found = await this.eval(`(() => {
        const at = document.activeElement;
        if (!at?.matches(${JSON.stringify(selector)})) return "no";
        const look = getComputedStyle(at);
        return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2 ? "seen" : "unseen";
      })()`);
      if (found === "seen") return;
      if (found === "unseen") throw new Error(`${selector} is focused and not seen to be`);
      await this.press("Tab");
    }
    throw new Error(`${selector} is not reached with Tab on ${await this.path()}: ${await this.text()}`);
  }

  // What a page focuses by itself, it focuses when it is drawn, which is after it was loaded.
  async focused(selector) {
    const until = Date.now() + PATIENCE_MS;
    while (!(await this.eval(`document.activeElement.matches(${JSON.stringify(selector)})`))) {
      if (Date.now() > until) throw new Error(`${selector} is not focused on ${await this.path()}: ${await this.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async fill(selector, text) {
    await this.tabTo(selector);
    await this.eval(`document.activeElement.select?.()`);
    await this.type(text);
  }

  async submit(selector) {
    await this.tabTo(selector);
    await this.after(() => this.press("Enter"));
  }

  async picture(folder, name) {
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(join(folder, `pages-${name}.png`), Buffer.from(data, "base64"));
  }

  // A security key with that credential on it, its PIN known and its touch given.
  async plug(credential) {
    await this.send("WebAuthn.enable");
    const { authenticatorId } = await this.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "usb",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await this.send("WebAuthn.addCredential", { authenticatorId, credential: { isResidentCredential: true, ...credential } });
    return () => this.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  }
}
