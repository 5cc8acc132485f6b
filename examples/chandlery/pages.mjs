// Pages as text. Whatever people typed goes through `html`, which escapes it.

class Safe {
  constructor(text) {
    this.text = text;
  }
}

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const written = (value) =>
  Array.isArray(value) ? value.map(written).join("") : value instanceof Safe ? value.text : escape(value ?? "");

/** A piece of a page, values escaped. */
export const html = (parts, ...values) =>
  new Safe(parts.reduce((text, part, at) => text + written(values[at - 1]) + part));

/** A form that posts, with the session's token. */
export const form = (session, action, inside, button) =>
  html`<form method="post" action="${action}"><input type="hidden" name="_csrf" value="${session.token}">${inside}<button>${button}</button></form>`;

/** A field with its label. */
export const field = (name, value = "", type = "text") =>
  html`<p><label>${name} <input name="${name}" type="${type}" value="${value}"></label></p>`;

/** What is said to a field that was wrong. */
export const wrong = ({ field: name, message }) =>
  html`<p><label>${name} <input name="${name}" aria-invalid="true"></label> <em>${message}</em></p>`;

/** A choice among `[value, label]`. */
export const choice = (name, options, chosen) =>
  html`<p><label>${name} <select name="${name}">${options.map(
    ([value, label]) => html`<option value="${value}"${value === chosen ? html` selected` : ""}>${label}</option>`,
  )}</select></label></p>`;

/** A table; the first row are its headings. */
export const table = (heads, rows) =>
  html`<table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${rows.map(
    (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`;

/** The whole page. */
export function page(title, inside, { who, session } = {}) {
  const rooms = ["goods", "ships", "orders", "account", ...(who?.role === "owner" ? ["people", "activity"] : [])];
  const nav = who
    ? html`<nav>${rooms.map((room) => html`<a href="/${room}">${room}</a> `)}${form(session, "/sign-out", "", "sign out")}</nav>`
    : html`<nav><a href="/sign-in">sign in</a> <a href="/sign-up">sign up</a></nav>`;
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · chandlery</title></head>
<body>${nav}<h1>${title}</h1>${inside}</body></html>`.text;
}
