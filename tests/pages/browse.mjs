// What an administrator and an agent do on the pages, in a browser that nobody here wrote: with the keyboard alone.
//
//     node browse.mjs CASE.json FOLDER
//
// CASE.json: where the pages are, credentials that a station enrolled with software keys, the secret of an app. Pictures go to FOLDER.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

import { Chromium } from "./chromium.mjs";

const [caseFile, folder] = process.argv.slice(2);
const given = JSON.parse(readFileSync(caseFile, "utf8"));
const base = `https://${given.host}`;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (words) => console.log(`   ${words}`);

// RFC 6238 with SHA-1, 6 digits, 30 s; what the station has heard is not taken again.
let lastStep = given.app.lastStep;
async function code() {
  let step = Math.max(Math.floor(Date.now() / 30_000), lastStep + 1);
  // A code is good for one step before its time.
  while (step > Math.floor(Date.now() / 30_000) + 1) await sleep(500);
  lastStep = step;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", Buffer.from(given.app.secretHex, "hex")).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// What axe finds, and whether it all fits a narrow phone; in both languages, by the page's own switch.
let looked = 0;
async function judge(page, name) {
  for (let turn = 0; turn < 2; turn += 1) {
    const language = await page.eval("document.documentElement.lang");
    await page.eval(axe);
    const found = await page.eval("axe.run().then((run) => run.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`))");
    assert.deepEqual(found, [], `${name}, ${language}`);
    await page.picture(folder, `${name}-${language}`);
    await page.size(320, 640, true);
    const width = await page.eval("document.documentElement.scrollWidth");
    assert.ok(width <= 320, `${name}, ${language}: ${width} wide on a phone`);
    await page.picture(folder, `${name}-${language}-phone`);
    await page.size(1000, 700);
    looked += 1;
    await page.submit("footer button");
  }
}

const chromium = new Chromium(given);
try {
  await atTheDoor();
  const admin = await administrator();
  await attacked(admin);
  await withoutKey(admin);
  await objector();
  await agent();
  say(`${looked} pages without findings, as wide as a phone of 320 pixels`);
} finally {
  await chromium.close();
}

async function atTheDoor() {
  const page = await chromium.open(base, "en");
  await page.goto("/");
  assert.equal(await page.path(), "/sign-in");
  await judge(page, "sign-in");
  const pull = await page.plug(given.employee);
  await page.submit("form[data-key] button");
  assert.match(await page.text(), /for administrators of an organisation/);
  await pull();
  await page.fill("#email", "nobody@example.com");
  await page.fill("#code", "123456");
  await page.submit("form[action='/sign-in/code'] button");
  assert.match(await page.text(), /This code is not taken/);
  assert.equal(page.status, 422);
  assert.deepEqual(page.wrong, []);
  say("an employee's key, and a code of nobody's, open nothing");
}

async function administrator() {
  const page = await chromium.open(base, "en-GB,en;q=0.8");
  await page.goto("/sign-in");
  await page.plug(given.admin);
  await page.submit("form[data-key] button");
  assert.equal(await page.path(), "/people");
  say("what a station enrolled with a software key signs in");
  await judge(page, "people");
  await page.fill("#q", "anna");
  await page.submit(".search button");
  await page.submit(".cards a");
  assert.match(await page.text(), /Anna de Vries/);
  await judge(page, "person");
  await page.submit("a.deed");
  await judge(page, "ask");
  await page.tabTo("input[type=radio]");
  await page.press("Space");
  await page.fill("#remark", "left in the train");
  await page.submit("form.card button");
  assert.match(await page.path(), /^\/sign\//);
  await judge(page, "sign");
  await page.submit("form.card button");
  assert.match(await page.path(), /^\/requests\//);
  assert.match(await page.text(), /asked for: it can be carried out at a desk/);
  await judge(page, "request");
  await page.submit("form[action$='/withdraw'] button");
  assert.match(await page.text(), /withdrawn/);
  await page.goto("/requests");
  await judge(page, "requests");
  say("asks, signs with the key, follows, withdraws");
  await page.goto(`/people/${given.elsewhere}`);
  assert.equal(page.status, 404);
  await page.goto("/waiting");
  assert.equal(page.status, 403);
  assert.deepEqual(page.wrong, []);
  return page;
}

// Another site, in the browser of an administrator who is signed in.
async function attacked(page) {
  const evil = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(
      request.url === "/frame"
        ? `<iframe src="${base}/people"></iframe>`
        : `<form method="post" action="${base}/sign-out"><input name="form" value="x"></form><script>document.forms[0].submit()</script>`,
    );
  });
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  const at = `http://localhost:${evil.address().port}`;
  try {
    await page.goto(`${at}/frame`);
    const { frameTree } = await page.send("Page.getFrameTree");
    assert.match(frameTree.childFrames[0].frame.url, /^chrome-error:/, "no frame around a page");
    const loaded = chromium.event(page.sessionId, "Page.frameStoppedLoading");
    await page.send("Page.navigate", { url: `${at}/post` });
    await loaded;
    for (let patience = 100; page.status !== 403 && patience > 0; patience -= 1) await sleep(50);
    assert.equal(page.status, 403, "a form of another site is not taken");
  } finally {
    evil.close();
  }
  await page.goto("/people");
  assert.equal(await page.path(), "/people", "still signed in");
  page.wrong.length = 0;
  say("another site neither frames a page nor posts a form");
}

// Who has only an app asks with its code; an administrator with a key objects.
async function withoutKey(other) {
  const page = await chromium.open(base, "nl");
  await page.goto("/sign-in");
  await page.fill("#email", given.app.email);
  await page.fill("#code", await code());
  await page.submit("form[action='/sign-in/code'] button");
  assert.equal(await page.path(), "/people");
  await page.goto(`/people/${given.member}/reset`);
  await page.tabTo("input[type=radio]");
  await page.press("Space");
  await page.submit("form.card button");
  await judge(page, "sign-code");
  await page.fill("#code", await code());
  await page.submit("form.card button");
  const request = await page.path();
  assert.match(await page.text(), /Niet eerder dan/);
  assert.deepEqual(page.wrong, []);
  await other.goto(request);
  await other.submit("form[action$='/object'] button");
  assert.match(await other.text(), /objected to/);
  say("a code asks as well, later, and another administrator objects");
  await page.submit("form[action='/sign-out'] button");
  assert.equal(await page.path(), "/sign-in");
  await page.goto(request);
  assert.equal(await page.path(), "/sign-in", "signed out");
}

// Whoever was told of a reset follows the link, which a mail program has looked at before.
async function objector() {
  const page = await chromium.open(base, "nl");
  for (let turn = 0; turn < 2; turn += 1) {
    await page.goto(given.objection);
    assert.match(await page.text(), /Klopt dit\?/);
  }
  await judge(page, "objection");
  await page.submit("form.card button");
  assert.equal(await page.path(), "/objected");
  await judge(page, "objected");
  await page.goto(given.objection);
  assert.equal(page.status, 404);
  assert.deepEqual(page.wrong, []);
  say("a link objects once");
}

async function agent() {
  const page = await chromium.open(base, "en");
  await page.goto("/sign-in");
  await page.submit(".aside a");
  await judge(page, "agents");
  await page.plug(given.agent);
  await page.submit("form[data-key] button");
  assert.equal(await page.path(), "/waiting");
  await judge(page, "waiting");
  await page.submit(".cards li:nth-child(1) a");
  const first = await page.path();
  await judge(page, "waiting-one");
  await page.submit("form[action$='/release'] button");
  await judge(page, "release");
  // Enter in the field where nothing was typed leads to where it is refused; Enter once more does that.
  await page.fill("#last-name", "");
  await page.after(() => page.press("Enter"));
  assert.equal(await page.path(), `${first}/refuse`);
  await judge(page, "refuse");
  await page.focused("form.card button");
  await page.after(() => page.press("Enter"));
  assert.equal(await page.path(), first);
  assert.match(await page.text(), /refused/);
  await page.goto("/waiting");
  await page.submit(".cards li:nth-child(1) a");
  await page.submit("form[action$='/release'] button");
  await page.fill("#last-name", given.lastName);
  await page.after(() => page.press("Enter"));
  assert.match(await page.text(), /released/);
  assert.deepEqual(page.wrong, []);
  say("an agent releases with their key; Enter twice refuses where nothing was typed");
}
