// Every page and every form: its verb and path, who may, what it does. A form that was done leads to a page (303).

import { APPRENTICE, CLERK, OWNER, Refused, ROLES } from "./desk.mjs";
import { choice, field, form, html, table } from "./pages.mjs";

export const ROUTES = [];
const [EVERYBODY, DESK, OWNERS] = [ROLES, [OWNER, CLERK], [OWNER]];

/** Notes a route. `roles` may do it, `null` is everybody, signed in or not; a function says it for a desk. */
const route = (verb, path, roles, does) => ROUTES.push({ verb, path, roles, does });
const show = (title, inside, status = 200) => ({ status, title, inside });
/** The way to a page; with a session that begins, where one does. */
const lead = (to, begins) => ({ status: 303, to, begins });

/** A text that must be there, and not be longer than anybody needs. */
function text(call, name, longest = 200) {
  const value = (call.sent.get(name) ?? "").trim();
  if (!value || value.length > longest) throw new Refused(422, `between one and ${longest} letters`, name);
  return value;
}

function number(call, name) {
  const value = Number(call.sent.get(name));
  if (!Number.isInteger(value) || value < 1 || value > 100_000) throw new Refused(422, "a number from 1 to 100000", name);
  return value;
}

function oneOf(call, name, list) {
  const value = call.sent.get(name);
  if (!list.includes(value)) throw new Refused(422, `one of ${list.join(", ")}`, name);
  return value;
}

// ── signing up, in and out ───────────────────────────────────────────────────

const signUpForm = (call) =>
  form(call.session, "/sign-up", [
    field("chandlery"),
    field("name"),
    field("email", "", "email"),
    field("password", "", "password"),
  ], "sign up");
const signInForm = (call) =>
  form(call.session, "/sign-in", [field("email", "", "email"), field("password", "", "password")], "sign in");

route("GET", "/sign-up", null, (desk, call) => show("Sign up", signUpForm(call)));
route("POST", "/sign-up", null, (desk, call) => {
  const [name, email, password] = [text(call, "name"), text(call, "email"), call.sent.get("password") ?? ""];
  const chandlery = desk.add("chandleries", { name: text(call, "chandlery") });
  const person = desk.addPerson(chandlery.id, email, name, OWNER, password);
  desk.writeDown(person, "sign-up", person.id, "done", call.address);
  return lead("/account", desk.open(person.id));
});
route("GET", "/sign-in", null, (desk, call) => show("Sign in", signInForm(call)));
route("POST", "/sign-in", null, (desk, call) =>
  lead("/account", desk.signIn(call.sent.get("email") ?? "", call.sent.get("password") ?? "", call.address)));
route("POST", "/sign-out", EVERYBODY, (desk, call) => {
  desk.signOut(call.session);
  return lead("/sign-in");
});

// ── one's own account ────────────────────────────────────────────────────────

route("GET", "/account", EVERYBODY, (desk, call) => {
  const { id, email, role, name, phone } = call.who;
  const about = html`<dl><dt>id</dt><dd>${id}</dd><dt>email</dt><dd>${email}</dd><dt>role</dt><dd>${role}</dd></dl>`;
  const names = [field("name", name), field("phone", phone)];
  const passwords = [field("old", "", "password"), field("new", "", "password")];
  return show("Account", [about, form(call.session, "/account", names, "save"),
    form(call.session, "/account/password", passwords, "set the password")]);
});
route("POST", "/account", EVERYBODY, (desk, call) => {
  Object.assign(call.who, { name: text(call, "name"), phone: call.sent.get("phone") ?? "" });
  desk.writeDown(call.who, "account.set", call.who.id, "done", call.address);
  return lead("/account");
});
route("POST", "/account/password", EVERYBODY, (desk, call) => {
  desk.setPassword(call.who, call.sent.get("old") ?? "", call.sent.get("new") ?? "", call.session);
  desk.writeDown(call.who, "account.password", call.who.id, "done", call.address);
  return lead("/account");
});

// ── goods and ships ──────────────────────────────────────────────────────────

/** Lists, pages and forms of a noun whose rows look alike. */
function shelf(noun, singular, fields, read, flaws = {}) {
  const inputs = (row = {}) => fields.map((name) => field(name, row[name]));
  route("GET", `/${noun}`, EVERYBODY, (desk, call) => {
    const rows = desk.rows(noun, call.who, flaws.list);
    const listed = rows.map((row) => [html`<a href="/${noun}/${row.id}">${row.name}</a>`, ...fields.slice(1).map((name) => row[name])]);
    const add = call.who.role === APPRENTICE ? "" : html`<p><a href="/${noun}/new">new</a></p>`;
    return show(noun, [table(fields, listed), add]);
  });
  route("GET", `/${noun}/new`, DESK, (desk, call) => show(`New ${singular}`, form(call.session, `/${noun}`, inputs(), "add")));
  route("POST", `/${noun}`, DESK, (desk, call) => {
    const row = desk.add(noun, { chandlery: call.who.chandlery, ...read(call) });
    desk.writeDown(call.who, `${singular}.add`, row.id, "done", call.address);
    return lead(`/${noun}/${row.id}`);
  });
  route("GET", `/${noun}/:id`, (desk) => (desk.flawed(flaws.open) ? null : EVERYBODY), (desk, call) => {
    const row = call.who ? desk.find(noun, call.ids[0], call.who) : desk[noun].get(call.ids[0]);
    if (!row) throw new Refused(404, "not here");
    const shown = html`<dl>${fields.map((name) => html`<dt>${name}</dt><dd>${row[name]}</dd>`)}</dl>`;
    if (!DESK.includes(call.who?.role)) return show(row.name, shown);
    const remove = call.who.role === OWNER ? form(call.session, `/${noun}/${row.id}/remove`, "", "remove") : "";
    return show(row.name, [shown, form(call.session, `/${noun}/${row.id}`, inputs(row), "save"), remove]);
  });
  route("POST", `/${noun}/:id`, DESK, (desk, call) => {
    const row = desk.find(noun, call.ids[0], call.who, flaws.write);
    Object.assign(row, read(call));
    desk.writeDown(call.who, `${singular}.set`, row.id, "done", call.address);
    return lead(`/${noun}/${row.id}`);
  });
  route("POST", `/${noun}/:id/remove`, (desk) => (desk.flawed(flaws.remove) ? DESK : OWNERS), (desk, call) => {
    const row = desk.find(noun, call.ids[0], call.who);
    desk[noun].delete(row.id);
    desk.writeDown(call.who, `${singular}.remove`, row.id, "done", call.address);
    return lead(`/${noun}`);
  });
}

const good = (call) => ({ name: text(call, "name"), shelf: text(call, "shelf"), price: number(call, "price") });
const ship = (call) => ({ name: text(call, "name"), berth: text(call, "berth"), master: text(call, "master") });
shelf("goods", "good", ["name", "shelf", "price"], good, { remove: "good-remove", open: "prices-open" });
shelf("ships", "ship", ["name", "berth", "master"], ship, { list: "ships-all", write: "ship-write" });

// ── orders ───────────────────────────────────────────────────────────────────

const seen = (desk, who) => desk.rows("orders", who).filter((order) => who.role !== APPRENTICE || order.by === who.id);
const ships = (desk, who) => desk.rows("ships", who).map((one) => [one.id, one.name]);

route("GET", "/orders", EVERYBODY, (desk, call) => {
  const rows = seen(desk, call.who).map((order) => [html`<a href="/orders/${order.id}">${order.note}</a>`, order.state]);
  return show("orders", [table(["note", "state"], rows), html`<p><a href="/orders/new">new</a></p>`]);
});
route("GET", "/orders/new", EVERYBODY, (desk, call) =>
  show("New order", form(call.session, "/orders", [choice("ship", ships(desk, call.who)), field("note")], "write")));
route("POST", "/orders", EVERYBODY, (desk, call) => {
  const about = desk.ships.get(call.sent.get("ship"));
  if (about?.chandlery !== call.who.chandlery) throw new Refused(422, "one of your ships", "ship");
  const note = text(call, "note");
  const order = desk.add("orders", { chandlery: call.who.chandlery, by: call.who.id, ship: about.id, note, state: "draft" });
  desk.writeDown(call.who, "order.write", order.id, "done", call.address);
  return lead(`/orders/${order.id}`);
});
route("GET", "/orders/:id", EVERYBODY, (desk, call) => {
  const order = desk.order(call.ids[0], call.who, "order-read");
  const lines = [...desk.lines.values()].filter((line) => line.order === order.id);
  const rows = lines.map((line) => [line.what, line.count, form(call.session, `/orders/${order.id}/lines/${line.id}/remove`, "", "remove")]);
  const about = html`<dl><dt>state</dt><dd>${order.state}</dd><dt>written by</dt><dd>${order.by}</dd></dl>`;
  const steps = DESK.includes(call.who.role) ? ["send", "cancel"] : ["cancel"];
  return show("Order", [about,
    form(call.session, `/orders/${order.id}`, field("note", order.note), "save"),
    table(["what", "count", ""], rows),
    form(call.session, `/orders/${order.id}/lines`, [field("what"), field("count", "1")], "add"),
    steps.map((step) => form(call.session, `/orders/${order.id}/${step}`, "", step))]);
});
route("POST", "/orders/:id", EVERYBODY, (desk, call) => {
  const order = desk.order(call.ids[0], call.who, undefined, "order-change");
  order.note = text(call, "note");
  desk.writeDown(call.who, "order.set", order.id, "done", call.address);
  return lead(`/orders/${order.id}`);
});
route("POST", "/orders/:id/lines", EVERYBODY, (desk, call) => {
  const order = desk.order(call.ids[0], call.who, "line-add");
  const line = desk.add("lines", { order: order.id, what: text(call, "what"), count: number(call, "count") });
  desk.writeDown(call.who, "line.add", line.id, "done", call.address);
  return lead(`/orders/${order.id}`);
});
route("POST", "/orders/:id/lines/:line/remove", EVERYBODY, (desk, call) => {
  const order = desk.order(call.ids[0], call.who);
  const line = desk.lines.get(call.ids[1]);
  if (!line || (line.order !== order.id && !desk.flawed("line-parent"))) throw new Refused(404, "not here");
  desk.lines.delete(line.id);
  desk.writeDown(call.who, "line.remove", line.id, "done", call.address);
  return lead(`/orders/${order.id}`);
});
for (const [step, roles] of [["send", DESK], ["cancel", EVERYBODY]]) {
  route("POST", `/orders/:id/${step}`, roles, (desk, call) => {
    const order = desk.order(call.ids[0], call.who);
    order.state = step === "send" ? "sent" : "cancelled";
    desk.writeDown(call.who, `order.${step}`, order.id, "done", call.address);
    return lead(`/orders/${order.id}`);
  });
}

// ── people and the record ────────────────────────────────────────────────────

const roles = (chosen) => choice("role", ROLES.map((role) => [role, role]), chosen);

route("GET", "/people", OWNERS, (desk, call) => {
  const people = desk.rows("people", call.who).filter((person) => person.here);
  const rows = people.map((person) => [person.email, html`<a href="/people/${person.id}">${person.name}</a>`, person.role]);
  const add = [field("email", "", "email"), field("name"), roles(CLERK), field("password", "", "password")];
  return show("people", [table(["email", "name", "role"], rows), form(call.session, "/people", add, "add")]);
});
route("POST", "/people", OWNERS, (desk, call) => {
  const [email, name, role] = [text(call, "email"), text(call, "name"), oneOf(call, "role", ROLES)];
  const person = desk.addPerson(call.who.chandlery, email, name, role, call.sent.get("password") ?? "");
  desk.writeDown(call.who, "person.add", person.id, "done", call.address);
  return lead(`/people/${person.id}`);
});
const someone = (desk, call) => {
  const person = desk.find("people", call.ids[0], call.who);
  if (!person.here) throw new Refused(404, "not here");
  return person;
};
route("GET", "/people/:id", OWNERS, (desk, call) => {
  const person = someone(desk, call);
  const about = html`<dl><dt>email</dt><dd>${person.email}</dd><dt>name</dt><dd>${person.name}</dd></dl>`;
  return show(person.name, [about, form(call.session, `/people/${person.id}/role`, roles(person.role), "give the role"),
    form(call.session, `/people/${person.id}/remove`, "", "remove")]);
});
route("POST", "/people/:id/role", OWNERS, (desk, call) => {
  const [person, role] = [someone(desk, call), oneOf(call, "role", ROLES)];
  desk.anotherOwner(person, role);
  person.role = role;
  desk.writeDown(call.who, "person.role", person.id, "done", call.address);
  return lead(`/people/${person.id}`);
});
route("POST", "/people/:id/remove", OWNERS, (desk, call) => {
  const person = someone(desk, call);
  desk.anotherOwner(person);
  person.here = false;
  if (!desk.flawed("gone-stays")) desk.endSessions(person);
  desk.writeDown(call.who, "person.remove", person.id, "done", call.address);
  return lead("/people");
});
route("GET", "/activity", OWNERS, (desk, call) => {
  const rows = desk.activity.filter((row) => row.chandlery === call.who.chandlery);
  return show("activity", table(["id", "at", "actor", "action", "object", "result", "source"],
    rows.map((row) => [row.id, row.at, row.actor, row.action, row.object, row.result, row.source])));
});
