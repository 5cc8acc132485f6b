// Passkeys (Web Authentication Level 2): takes the portal's question to the browser, and the answer back in the form of the same
// page. It starts by itself, because somebody has just asked for it; the button starts it again.

// base64url without padding, both ways.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (listed) => listed.map((key) => ({ ...key, id: decode(key.id) }));

const create = async (asked) => {
  const user = { ...asked.user, id: decode(asked.user.id) };
  const publicKey = { ...asked, user, challenge: decode(asked.challenge), excludeCredentials: keys(asked.excludeCredentials) };
  const made = await navigator.credentials.create({ publicKey });
  return {
    id: made.id,
    type: made.type,
    response: {
      clientDataJSON: encode(made.response.clientDataJSON),
      attestationObject: encode(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
};

const get = async (asked) => {
  const publicKey = { ...asked, challenge: decode(asked.challenge), allowCredentials: keys(asked.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey });
  return {
    id: shown.id,
    type: shown.type,
    response: {
      clientDataJSON: encode(shown.response.clientDataJSON),
      authenticatorData: encode(shown.response.authenticatorData),
      signature: encode(shown.response.signature),
      userHandle: shown.response.userHandle ? encode(shown.response.userHandle) : null,
    },
  };
};

const place = document.querySelector("[data-passkey]");
const form = place.querySelector("form");
const field = form.querySelector("input[name=passkey], input[name=credential]");
const button = form.querySelector("button");
const trouble = place.querySelector("[role=alert]");
const say = (words) => {
  trouble.textContent = words;
  trouble.hidden = !words;
};

const go = async () => {
  say("");
  button.disabled = true;
  try {
    const ask = place.dataset.passkey === "create" ? create : get;
    field.value = JSON.stringify(await ask(JSON.parse(place.dataset.options)));
    form.submit();
  } catch (error) {
    button.disabled = false;
    // There is one already; or it was cancelled, or took too long. Which of the last two, browsers do not say.
    if (error.name === "InvalidStateError") say(place.dataset.there);
    else if (error.name === "NotAllowedError" || error.name === "AbortError") say(place.dataset.nothing);
    else say(place.dataset.unable);
  }
};

if (window.PublicKeyCredential) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  go();
} else {
  button.disabled = true;
  say(place.dataset.unable);
}
