// The chandlery's own tests, as a team would write them: a browser, pages, forms. They know nothing of audits.
//
//   BASE_URL=http://127.0.0.1:8300 node suite.mjs     with playwright-core below NODE_PATH, and CHROMIUM where it is

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.env.NODE_PATH ?? "."}/`)("playwright-core");
const BASE = process.env.BASE_URL ?? "http://127.0.0.1:8300";
const PASSWORD = "seven herons on the ebb";
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet });

/** Somebody with a browser window of his own. */
async function visitor() {
  const page = await (await browser.newContext({ baseURL: BASE })).newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

async function fill(page, action, values, button) {
  const form = page.locator(`form[action="${action}"]`);
  for (const [name, value] of Object.entries(values)) {
    const field = form.locator(`[name="${name}"]`);
    if ((await field.evaluate((one) => one.tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
  await form.getByRole("button", { name: button, exact: true }).click();
  await page.waitForLoadState();
}

async function signIn(name) {
  const page = await visitor();
  await page.goto("/sign-in");
  await fill(page, "/sign-in", { email: `${name}@chandlery.example`, password: PASSWORD }, "sign in");
  assert.match(page.url(), /account$/);
  return page;
}

const path = (page) => new URL(page.url()).pathname;

const tests = {
  async "a new chandlery is opened"() {
    const page = await visitor();
    await page.goto("/orders");
    assert.equal(path(page), "/sign-in");
    await page.goto("/sign-up");
    const values = { chandlery: "cedar", name: "odo", email: `odo${Date.now()}@chandlery.example`, password: PASSWORD };
    await fill(page, "/sign-up", values, "sign up");
    assert.equal(path(page), "/account");
    await fill(page, "/account", { name: "odo of cedar", phone: "040 1" }, "save");
    await fill(page, "/account/password", { old: PASSWORD, new: `${PASSWORD} again` }, "set the password");
    await fill(page, "/sign-out", {}, "sign out");
    assert.equal(path(page), "/sign-in");
  },
  async "a clerk keeps goods and ships"() {
    const page = await signIn("cleo-amber");
    for (const [noun, values] of [
      ["goods", { name: "hemp rope", shelf: "aft", price: "40" }],
      ["ships", { name: "Marie", berth: "B 7", master: "Jon" }],
    ]) {
      for (const name of [values.name, `${values.name} two`]) {
        await page.goto(`/${noun}`);
        await page.getByRole("link", { name: "new" }).click();
        await fill(page, `/${noun}`, { ...values, name }, "add");
      }
      await fill(page, path(page), { ...values, name: "by another name" }, "save");
      await page.goto(`/${noun}`);
      assert.match(await page.content(), /by another name/);
    }
  },
  async "an order is written, filled and sent"() {
    const page = await signIn("cleo-amber");
    for (const step of ["send", "cancel"]) {
      await page.goto("/orders/new");
      const ship = await page.locator("option").first().getAttribute("value");
      await fill(page, "/orders", { ship, note: "for the spring" }, "write");
      const order = path(page);
      await fill(page, order, { note: "for the summer" }, "save");
      await fill(page, `${order}/lines`, { what: "tar", count: "2" }, "add");
      await fill(page, `${order}/lines`, { what: "rope", count: "3" }, "add");
      await page.getByRole("button", { name: "remove" }).first().click();
      await page.waitForLoadState();
      await fill(page, `${order}/${step}`, {}, step);
      await page.goto("/orders");
    }
  },
  async "an apprentice sees his own orders"() {
    const page = await signIn("abel-birch");
    await page.goto("/orders");
    assert.doesNotMatch(await page.content(), /for the summer/);
    await page.goto("/people");
    assert.match(await page.content(), /not yours/);
  },
  async "the owner minds people, and takes away"() {
    const page = await signIn("olga-amber");
    const email = `ben${Date.now()}@chandlery.example`;
    await page.goto("/people");
    await fill(page, "/people", { email, name: "ben", role: "apprentice", password: PASSWORD }, "add");
    const person = path(page);
    await fill(page, `${person}/role`, { role: "clerk" }, "give the role");
    await fill(page, `${person}/remove`, {}, "remove");
    for (const noun of ["goods", "ships"]) {
      await page.goto(`/${noun}`);
      await page.locator("td a").last().click();
      await page.waitForLoadState();
      await fill(page, `${path(page)}/remove`, {}, "remove");
    }
    await page.goto("/activity");
    assert.match(await page.content(), /order\.send/);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  await test().then(() => console.log(`ok    ${name}`), (error) => (failed++, console.log(`fails ${name}\n${error.stack}`)));
}
await browser.close();
process.exit(failed ? 1 : 0);
