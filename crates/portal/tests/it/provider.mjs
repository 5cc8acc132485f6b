// A provider of OpenID Connect that somebody else has written, oidc-provider, for one client. Anybody may sign in as anybody by
// its own pages. Prints its origin when it listens. Started by providers_published.rs.
//
//   node provider.mjs REDIRECT_URI CLIENT SECRET ALGORITHM     with the package below NODE_PATH

import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";

const { Provider } = await import(pathToFileURL(`${process.env.NODE_PATH}/oidc-provider/lib/index.js`));
// What it has to say beside its origin nobody reads.
console.info = console.warn = () => {};
const [redirect, client, secret, algorithm] = process.argv.slice(2);
const key = (alg, kind, options) => {
  const jwk = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
  return { ...jwk, alg, use: "sig", kid: alg };
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        redirect_uris: [redirect],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: { keys: [key("RS256", "rsa", { modulusLength: 2048 }), key("ES256", "ec", { namedCurve: "P-256" })] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    // What is said of somebody stands in the ID token, and not only where an access token leads.
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ["of this run"] },
    features: { devInteractions: { enabled: true } },
  });
  server.on("request", provider.callback());
  console.log(origin);
});
