// Comfort on top of pages that work without it.

// A secret on show: count down, then leave the page, as its Refresh header does without script.
const countdown = document.querySelector("[data-seconds]");
if (countdown) {
  const until = Date.now() + Number(countdown.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    countdown.textContent = `0:${String(left).padStart(2, "0")}`;
    if (left === 0) location.replace(countdown.dataset.then);
  };
  tick();
  setInterval(tick, 250);
}

// Buttons that copy show only where copying works.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}

// "/" goes to the page's search field, as people know it elsewhere.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("input[type=search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
});

// A file goes in parts before its form is sent (tus 1.0): that shows how far it is, and goes on where it broke off, also
// after the page was opened again. A form without script sends the file with itself.
const PART_BYTES = 8 * 1024 * 1024;
const TUS = { "Tus-Resumable": "1.0.0" };
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const ask = (verb, address, headers, body, moved) =>
  new Promise((done, broken) => {
    const request = new XMLHttpRequest();
    request.open(verb, address);
    for (const [name, value] of Object.entries({ ...TUS, ...headers })) request.setRequestHeader(name, value);
    request.onload = () => done(request);
    request.onerror = () => broken(new Error("no connection"));
    if (moved) request.upload.onprogress = (event) => moved(event.loaded);
    request.send(body ?? null);
  });
const base64 = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

const sendFile = async (form, file, show) => {
  // The same file for the same form, as far as a page can tell.
  const known = `upload ${form.dataset.uploads} ${file.name} ${file.size} ${file.lastModified}`;
  let address = localStorage.getItem(known);
  let offset = 0;
  if (address) {
    const found = await ask("HEAD", address, {});
    if (found.status === 200) offset = Number(found.getResponseHeader("Upload-Offset"));
    else address = null;
  }
  if (!address) {
    const metadata = `filename ${base64(file.name)}`;
    const begun = await ask("POST", form.dataset.uploads, { "Upload-Length": file.size, "Upload-Metadata": metadata });
    if (begun.status !== 201) return { refused: begun };
    address = begun.getResponseHeader("Location");
    localStorage.setItem(known, address);
  }
  for (let tries = 0; offset < file.size; ) {
    const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
    const from = offset;
    try {
      const part = file.slice(offset, offset + PART_BYTES);
      const sent = await ask("PATCH", address, headers, part, (bytes) => show(from + bytes, false));
      if (sent.status >= 400 && sent.status < 500 && sent.status !== 409) {
        localStorage.removeItem(known);
        return { refused: sent };
      }
      if (sent.status !== 204) throw new Error(`status ${sent.status}`);
      offset = Number(sent.getResponseHeader("Upload-Offset"));
      tries = 0;
    } catch {
      show(offset, true);
      tries += 1;
      await wait(Math.min(2 ** tries, 30));
      const found = await ask("HEAD", address, {}).catch(() => null);
      if (found && found.status === 200) offset = Number(found.getResponseHeader("Upload-Offset"));
      else if (found && found.status < 500) return { refused: found };
    }
    show(offset, false);
  }
  localStorage.removeItem(known);
  return { upload: address.split("/").pop() };
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const field = form.querySelector("input[type=file]");
  const file = field?.files[0];
  if (!form.dataset.uploads || !file || !file.size || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  const bar = document.createElement("progress");
  const words = document.createElement("output");
  bar.max = file.size;
  const actions = form.querySelector(".actions");
  const button = actions.querySelector("button");
  button.disabled = true;
  actions.before(bar, words);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const show = (bytes, broken) => {
    bar.value = bytes;
    words.textContent = broken ? form.dataset.broken : `${megabytes(bytes)} / ${megabytes(file.size)} MB`;
  };
  show(0, false);
  const { upload, refused } = await sendFile(form, file, show).catch(() => ({}));
  if (upload) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "upload", value: upload });
    field.disabled = true;
    form.append(input);
    form.submit();
    return;
  }
  bar.remove();
  words.className = "form-error";
  words.setAttribute("role", "alert");
  const problem = refused ? JSON.parse(refused.responseText || "{}") : {};
  const why = Object.entries(problem.errors ?? {}).map(([name, why]) => `${name}: ${why}`).join("; ");
  words.textContent = why || problem.detail || problem.title || form.dataset.broken;
  button.disabled = false;
  delete form.dataset.sent;
});

// A form is sent once; the server's key would catch a second click, this spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
// Coming back by the back button, forms can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll("form[data-uploads] button")) button.disabled = false;
});
