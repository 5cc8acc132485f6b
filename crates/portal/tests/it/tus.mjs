// Sends a file with tus-js-client, which somebody else has written: breaks off in the middle, goes on as a new upload that
// knows only the address, and prints that address. Started by tus.rs.
//
//   node tus.mjs ENDPOINT TOKEN FILE     with the package below NODE_PATH

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const { Upload } = createRequire(`${process.env.NODE_PATH}/`)("tus-js-client");
const [endpoint, token, path] = process.argv.slice(2);
const file = readFileSync(path);
const common = {
  headers: { authorization: `Bearer ${token}` },
  chunkSize: 100_000,
  retryDelays: [],
};

// The address of an upload that was broken off after its second piece.
const broken = () =>
  new Promise((resolve, reject) => {
    let pieces = 0;
    const upload = new Upload(file, {
      ...common,
      endpoint,
      metadata: { filename: basename(path) },
      onError: reject,
      onSuccess: () => reject(new Error("it was to be broken off")),
      onChunkComplete: () => {
        pieces += 1;
        if (pieces === 2) upload.abort().then(() => resolve(upload.url), reject);
      },
    });
    upload.start();
  });

// Where the rest begins.
const finished = (uploadUrl) =>
  new Promise((resolve, reject) => {
    let first = true;
    let begins = 0;
    const upload = new Upload(file, {
      ...common,
      uploadUrl,
      onError: reject,
      onChunkComplete: (size, accepted) => {
        if (first) begins = accepted - size;
        first = false;
      },
      onSuccess: () => resolve(begins),
    });
    upload.start();
  });

const url = await broken();
const begins = await finished(url);
console.log(JSON.stringify({ url, begins }));
