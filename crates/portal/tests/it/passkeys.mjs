// Adds a passkey, signs out, signs in with it, takes it as a second step and reveals a secret with it, in a real browser with a
// virtual authenticator. Prints what it saw; prints `later` where time must go on, and waits for a line. Started by
// passkeys_chromium.rs.
//
//   node passkeys.mjs ORIGIN MAIL PASSWORD CREDENTIAL [PICTURES]     with puppeteer-core below NODE_PATH

import { createRequire } from "node:module";
import { once } from "node:events";

const puppeteer = createRequire(`${process.env.NODE_PATH}/`)("puppeteer-core");
const [origin, mail, password, credential, pictures] = process.argv.slice(2);
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"];
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2 };
const DESK = { width: 1280, height: 900 };

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: quiet });
const page = await browser.newPage();
await page.setViewport(DESK);
const seen = { errors: [] };
page.on("pageerror", (error) => seen.errors.push(String(error)));
const keys = await page.createCDPSession();
const picture = async (name) => {
  if (!pictures) return;
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await page.setViewport(PHONE);
  // Colours change slowly.
  await new Promise((done) => setTimeout(done, 400));
  await page.screenshot({ path: `${pictures}/${name}-phone-dark.png`, fullPage: true });
  await page.setViewport(DESK);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
};
const press = (action) => page.click(`form[action='${action}'] button:not([hidden])`);
const go = (action) => Promise.all([page.waitForNavigation(), press(action)]);
const at = (path) => page.waitForFunction((path) => location.pathname === path, {}, path);
const words = () => page.$eval("[data-passkey] [role=alert]", (alert) => (alert.hidden ? "" : alert.textContent));
const said = async () => {
  await page.waitForFunction(() => document.querySelector("[data-passkey] [role=alert]:not([hidden])"));
  return words();
};
const type = async () => {
  await page.goto(`${origin}/sign-in`);
  await page.type("input[name=mail]", mail);
  await page.type("input[name=password]", password);
  await go("/session/open");
};
const signOut = async () => {
  await page.goto(`${origin}/account`);
  await go("/session/close");
};

try {
  await keys.send("WebAuthn.enable");
  const { authenticatorId } = await keys.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await type();

  // Whoever is not known by the authenticator comes no further, and is told; the button tries again.
  await keys.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.goto(`${origin}/account/passkeys`);
  await picture("passkeys-none");
  await go("/account/passkeys/begin");
  seen.cancelled = await said();
  await picture("make");
  await keys.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await press("/account/passkeys/confirm");
  await page.waitForSelector("#recovery-codes");
  seen.codes = await page.$eval("#recovery-codes", (codes) => codes.textContent.trim().split("\n").length);
  await picture("codes");
  await page.goto(`${origin}/account/passkeys`);
  seen.names = await page.$$eval(".rows strong", (names) => names.map((name) => name.textContent));
  await picture("passkeys");
  await go("/account/passkeys/begin");
  seen.twice = await said();
  await page.goto(`${origin}/account`);
  await picture("account");

  // Signed out, and in again without a password, to where a link leads.
  await signOut();
  await page.goto(`${origin}/clients`);
  await picture("sign-in");
  await press("/session/passkey/begin");
  await at("/clients");
  seen.signed_in = await page.evaluate(() => location.pathname);

  // With the password it is the second step.
  await signOut();
  await page.goto(`${origin}/projects`);
  await page.type("input[name=mail]", mail);
  await page.type("input[name=password]", password);
  await go("/session/open");
  await picture("second-step");
  await press("/session/confirm/begin");
  await at("/projects");
  seen.second = await page.evaluate(() => location.pathname);

  // Ten minutes later a secret asks again.
  console.log("later");
  await once(process.stdin, "data");
  await page.goto(`${origin}${credential}`);
  const reveal = async () => {
    await page.type(`form[action='${credential}/reveal'] [name=reason]`, "Moving the record");
    await go(`${credential}/reveal`);
  };
  await reveal();
  await picture("step-up");
  await press("/session/confirm/begin");
  await at(credential);
  await page.waitForSelector(`form[action='${credential}/reveal']`);
  await reveal();
  seen.secret = await page.$eval("#secret", (secret) => secret.textContent);

  // A browser that knows none says so, and shows the other ways.
  await signOut();
  await page.evaluateOnNewDocument(() => delete window.PublicKeyCredential);
  await page.goto(`${origin}/sign-in`);
  await go("/session/passkey/begin");
  seen.without_script = (await said()).split(",")[0];
  await picture("unable");
  console.log(JSON.stringify(seen));
} finally {
  process.stdin.destroy();
  await browser.close();
}
