// What can be wrong with the chandlery, each a line somewhere in desk.mjs or routes.mjs. The sound build has none of them.

export const FLAWS = {
  // name: [what it is, the checks that find it and where]
  "prices-open": ["whoever is not signed in reads what a good costs", [["AZ01", "GET /goods/{good}"]]],
  "order-read": ["an order is looked up among all chandleries' orders", [["AZ02", "GET /orders/{order}"]]],
  "ship-write": ["a ship of another chandlery can be renamed", [["AZ03", "POST /ships/{ship}"]]],
  "line-add": ["a line can be put into another chandlery's order", [["AZ03", "POST /orders/{order}/lines"]]],
  "order-change": ["an apprentice changes other people's orders", [["AZ04", "POST /orders/{order}"]]],
  "good-remove": ["a clerk takes goods out of the shop", [["AZ05", "POST /goods/{good}/remove"]]],
  "gone-stays": ["who was taken out of the chandlery keeps the sign-in", [["AZ06", "removed"]]],
  "sign-out": ["a sign-in goes on after signing out", [["AZ07", "sign-out"]]],
  "ships-all": ["the list of ships holds every chandlery's", [["AZ10", "GET /ships"]]],
  "line-parent": ["a line is found by its own number, whatever order stands in the path", [["AZ11", "POST /orders/{order}/lines/{line}/remove"]]],
  "guesses": ["passwords can be guessed without an end", [["OP01", "sign-in /sign-in"]]],
  "send-silent": ["sending an order leaves no record", [["AT01", "POST /orders/{order}/send"]]],
};

/** The flaws that a comma-separated list names; `all` are all of them. */
export function chosen(text) {
  const names = new Set(text === "all" ? Object.keys(FLAWS) : text.split(",").filter(Boolean));
  const unknown = [...names].filter((name) => !(name in FLAWS));
  if (unknown.length) {
    console.error(`chandlery: no flaw is called ${unknown.join(", ")}\n\nhint: ${Object.keys(FLAWS).join(", ")}`);
    process.exit(2);
  }
  return names;
}
