// The chandlery over HTTP: pages, forms, sessions in cookies, a token in each form. Without a dependency.
//
//   node service.mjs [--port 8300] [--flaws all | NAME,NAME…]

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { Desk, Refused } from "./desk.mjs";
import { chosen } from "./flaws.mjs";
import { html, page, wrong } from "./pages.mjs";
import { ROUTES } from "./routes.mjs";

const BODY_BYTES_MAX = 64 * 1024;
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

const EXPIRES = new Date(Date.now() + 180 * 86_400_000).toISOString();
const SECURITY = `Contact: mailto:security@chandlery-desk.com\nExpires: ${EXPIRES}\n`;

const patterns = ROUTES.map((route) => ({
  ...route,
  pattern: new RegExp(`^${route.path.replace(/:\w+/g, "([0-9]{1,12})")}$`),
}));

const cookie = (session) => `sid=${session.id}; Path=/; HttpOnly; SameSite=Lax`;

async function sent(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > BODY_BYTES_MAX) throw new Refused(413, "that is too long");
  }
  return new URLSearchParams(body);
}

/** What a request is answered with: a page, or the way to one. */
async function answer(desk, request) {
  const path = new URL(request.url, "http://chandlery.invalid").pathname;
  if (path === "/.well-known/security.txt") return { status: 200, text: SECURITY };
  if (path === "/health") return { status: 200, title: "Well" };
  if (path === "/") return { status: 303, to: "/orders" };
  const id = /(?:^|; )sid=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
  const call = { session: desk.sessions.get(id), address: request.socket.remoteAddress };
  call.who = desk.who(call.session);
  call.opened = call.session ? undefined : (call.session = desk.open());
  const found = patterns.filter(({ pattern }) => pattern.test(path));
  const route = found.find(({ verb }) => verb === request.method);
  try {
    if (!route) throw new Refused(found.length ? 405 : 404, "not here");
    const roles = typeof route.roles === "function" ? route.roles(desk) : route.roles;
    if (roles && !call.who) return { status: 303, to: "/sign-in", ...call };
    if (roles && !roles.includes(call.who.role)) throw new Refused(403, "that is not yours to do");
    call.ids = route.pattern.exec(path).slice(1);
    call.sent = request.method === "POST" ? await sent(request) : new URLSearchParams();
    if (request.method === "POST" && call.sent.get("_csrf") !== call.session.token) {
      throw new Refused(403, "this form is of an earlier visit: load its page again");
    }
    return { ...call, ...route.does(desk, call) };
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    if (call.who && route && [403, 404].includes(refused.status)) {
      const id = route.pattern.exec(path)[1] ?? "";
      desk.writeDown(call.who, `${route.verb} ${route.path}`, id, "refused", call.address);
    }
    const reference = html`<p>Reference: ${randomUUID()}</p>`;
    const inside = refused.field ? wrong(refused) : html`<p>${refused.message}</p>`;
    return { ...call, status: refused.status, title: "No", inside: [inside, reference] };
  }
}

/** Starts it, and says where. */
function serve(port, flaws) {
  const desk = new Desk(chosen(flaws));
  const server = createServer(async (request, response) => {
    try {
      const given = await answer(desk, request);
      const headers = { ...HEADERS };
      const session = given.begins ?? given.opened;
      if (session) headers["set-cookie"] = cookie(session);
      if (given.to) headers.location = given.to;
      if (given.text) headers["content-type"] = "text/plain; charset=utf-8";
      response.writeHead(given.status, headers);
      response.end(given.to ? "" : (given.text ?? page(given.title, given.inside ?? "", given)));
    } catch (error) {
      const reference = randomUUID();
      console.error(reference, error);
      response.writeHead(500, HEADERS).end(page("Broken", html`<p>Reference: ${reference}</p>`));
    }
  });
  server.listen(port, "127.0.0.1", () => console.log(`chandlery: http://127.0.0.1:${server.address().port}, ${desk.flaws.size} flaws`));
}

const options = { port: { type: "string", default: "8300" }, flaws: { type: "string", default: "" } };
const { port, flaws } = parseArgs({ options }).values;
serve(Number(port), flaws);
