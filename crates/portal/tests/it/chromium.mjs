// Hands a file in through the page of a request, in a real browser: with script, where the line goes dead in the middle and
// the page is opened again; then without script. Prints what it saw. Started by chromium.rs.
//
//   node chromium.mjs ORIGIN MAIL PASSWORD REQUEST FILE [PICTURES]     with puppeteer-core below NODE_PATH

import { createRequire } from "node:module";

const puppeteer = createRequire(`${process.env.NODE_PATH}/`)("puppeteer-core");
const [origin, mail, password, request, file, pictures] = process.argv.slice(2);
// Slow enough that something can happen in the middle: bytes a second.
const SLOW = 6_000_000;
const LINE = { offline: false, latency: 0, uploadThroughput: SLOW, downloadThroughput: -1 };
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"];

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: quiet });
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 900 });
const seen = { offsets: [], words: [], errors: [] };
page.on("pageerror", (error) => seen.errors.push(String(error)));
const line = await page.createCDPSession();
const picture = (name) => pictures && page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
const words = () => page.$eval("form[data-uploads] output", (output) => output.textContent);
const progress = () => page.$eval("form[data-uploads] progress", (bar) => bar.value);
const moved = (bytes) => page.waitForFunction((bytes) => document.querySelector("form[data-uploads] progress")?.value > bytes, {}, bytes);

const choose = async () => {
  await page.goto(`${origin}${request}`);
  const field = await page.$("form[data-uploads] input[type=file]");
  await field.uploadFile(file);
};
const handIn = () => page.click("form[data-uploads] button:not([hidden])");

try {
  await page.goto(`${origin}/sign-in`);
  await page.type("input[name=mail]", mail);
  await page.type("input[name=password]", password);
  await Promise.all([page.waitForNavigation(), page.click("form[action='/session/open'] button")]);

  page.on("request", (sent) => {
    if (sent.method() === "PATCH") seen.offsets.push(Number(sent.headers()["upload-offset"]));
  });
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", LINE);
  await choose();
  await handIn();
  await moved(9_000_000);
  seen.words.push(await words());
  await picture("under-way");
  // The line goes dead, and is there again.
  const before = await progress();
  await line.send("Network.emulateNetworkConditions", { ...LINE, offline: true });
  await page.waitForFunction(() => !document.querySelector("form[data-uploads] output").textContent.includes("MB"));
  seen.words.push(await words());
  await picture("broken-off");
  await line.send("Network.emulateNetworkConditions", LINE);
  await moved(before);
  // Closed in the middle, opened again, and the same file chosen.
  seen.reopened = seen.offsets.length;
  await choose();
  await line.send("Network.emulateNetworkConditions", { ...LINE, uploadThroughput: -1 });
  await Promise.all([page.waitForNavigation(), handIn()]);
  seen.with = await page.$eval("#version", (title) => title.textContent);
  await picture("handed-in");

  // Without script the form brings the file itself.
  await page.setJavaScriptEnabled(false);
  await choose();
  await Promise.all([page.waitForNavigation(), handIn()]);
  seen.without = await page.$eval("#version", (title) => title.textContent);
  await picture("without-script");
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
