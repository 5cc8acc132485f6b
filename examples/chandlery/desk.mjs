// The desk of a ship chandler: goods, ships, orders. Each chandlery is an organisation of its own, and nobody sees into
// another one.
//
// Who may: the owner everything, clerks all but people, the record and taking things away for good, apprentices write
// orders and see their own.

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

export const [OWNER, CLERK, APPRENTICE] = ["owner", "clerk", "apprentice"];
export const ROLES = [OWNER, CLERK, APPRENTICE];
export const PASSWORD = "seven herons on the ebb";
const [TRIES, TRIES_MS] = [20, 60_000];

/** An answer that is a refusal: its status, and why; the field that is wrong, where one is. */
export class Refused extends Error {
  constructor(status, why, field) {
    super(why);
    Object.assign(this, { status, field });
  }
}

const secret = () => randomBytes(24).toString("base64url");
const kept = (password, salt = randomBytes(8)) => ({ salt, digest: scryptSync(password, salt, 32, { N: 1024 }) });
const fits = (password, { salt, digest }) => timingSafeEqual(kept(password, salt).digest, digest);
const NOBODY = kept(secret());

/** Everything, in memory. */
export class Desk {
  constructor(flaws = new Set()) {
    this.flaws = flaws;
    this.number = 1001;
    for (const table of ["chandleries", "people", "goods", "ships", "orders", "lines"]) this[table] = new Map();
    [this.sessions, this.tries, this.activity] = [new Map(), new Map(), []];
    for (const name of ["amber", "birch"]) {
      const chandlery = this.add("chandleries", { name });
      for (const [who, role] of [["olga", OWNER], ["cleo", CLERK], ["abel", APPRENTICE], ["ada", APPRENTICE]]) {
        this.addPerson(chandlery.id, `${who}-${name}@chandlery.example`, who, role, PASSWORD);
      }
    }
  }

  // ── what holds for everything ─────────────────────────────────────────────

  flawed(name) {
    return this.flaws.has(name);
  }

  add(table, values) {
    const row = { id: String(this.number++), ...values };
    this[table].set(row.id, row);
    return row;
  }

  /** A row of the caller's chandlery. To others it is not there. */
  find(table, id, who, flaw) {
    const row = this[table].get(id);
    if (!row || (row.chandlery !== who.chandlery && !this.flawed(flaw))) throw new Refused(404, "not here");
    return row;
  }

  /** An order that the caller may see: for an apprentice one of his own. */
  order(id, who, flaw, own) {
    const order = this.find("orders", id, who, flaw);
    const isForeign = who.role === APPRENTICE && order.by !== who.id && order.chandlery === who.chandlery;
    if (isForeign && !this.flawed(own)) throw new Refused(404, "not here");
    return order;
  }

  rows(table, who, flaw) {
    return [...this[table].values()].filter((row) => row.chandlery === who.chandlery || this.flawed(flaw));
  }

  writeDown(who, action, object, result = "done", source = "") {
    if (action === "order.send" && this.flawed("send-silent")) return;
    const at = new Date().toISOString();
    this.activity.push({ id: String(this.number++), chandlery: who.chandlery, at, actor: who.email, action, object, result, source });
  }

  // ── people and sign-ins ───────────────────────────────────────────────────

  addPerson(chandlery, email, name, role, password) {
    if ([...this.people.values()].some((person) => person.email === email && person.here)) {
      throw new Refused(422, "somebody has this address", "email");
    }
    if (password.length < 8) throw new Refused(422, "at least eight letters", "password");
    return this.add("people", { chandlery, email, name, role, phone: "", kept: kept(password), here: true });
  }

  signIn(email, password, address) {
    const key = `${email} ${address}`;
    const recent = (this.tries.get(key) ?? []).filter((at) => Date.now() - at < TRIES_MS);
    this.tries.set(key, recent);
    if (recent.length >= TRIES && !this.flawed("guesses")) throw new Refused(429, "too many tries: wait a minute");
    const person = [...this.people.values()].find((one) => one.email === email && one.here);
    if (!fits(password, person?.kept ?? NOBODY) || !person) {
      recent.push(Date.now());
      if (person) this.writeDown(person, "sign-in", person.id, "refused", address);
      throw new Refused(401, "that did not match");
    }
    this.writeDown(person, "sign-in", person.id, "done", address);
    return this.open(person.id);
  }

  /** A session: of a person, or of a visitor, who also needs a token for the form that signs in. */
  open(person = null) {
    const session = { id: secret(), token: secret(), person };
    this.sessions.set(session.id, session);
    return session;
  }

  who(session) {
    const person = this.people.get(session?.person);
    return person && (person.here || this.flawed("gone-stays")) ? person : undefined;
  }

  signOut(session) {
    if (!this.flawed("sign-out")) this.sessions.delete(session.id);
  }

  setPassword(person, old, fresh, session) {
    if (!fits(old, person.kept)) throw new Refused(422, "that is not the password", "old");
    if (fresh.length < 8) throw new Refused(422, "at least eight letters", "new");
    person.kept = kept(fresh);
    this.endSessions(person, session);
  }

  endSessions(person, but) {
    for (const session of this.sessions.values()) {
      if (session.person === person.id && session !== but) this.sessions.delete(session.id);
    }
  }

  /** Refuses what would leave a chandlery without an owner. */
  anotherOwner(person, role) {
    const isOther = (one) => one.chandlery === person.chandlery && one.here && one.role === OWNER && one !== person;
    if (person.role === OWNER && role !== OWNER && ![...this.people.values()].some(isOther)) {
      throw new Refused(422, "somebody has to be the owner", "role");
    }
  }
}
