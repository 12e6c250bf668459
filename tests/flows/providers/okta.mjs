// oidc-provider in the shape of an Okta org: its paths, its scope and claim `groups`, PKCE, and the client's secret by HTTP Basic. Apps are
// registered at /oauth2/v1/clients (RFC 7591), as they are there. PORT says where it listens.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { bySub, fail, signInPage, takePeople, whoSignedIn } from "./people.mjs";

const port = Number(process.env.PORT);
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  routes: {
    authorization: "/oauth2/v1/authorize",
    token: "/oauth2/v1/token",
    userinfo: "/oauth2/v1/userinfo",
    jwks: "/oauth2/v1/keys",
    registration: "/oauth2/v1/clients",
    end_session: "/oauth2/v1/logout",
  },
  jwks: { keys: [{ ...key, kid: randomUUID(), use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomUUID()] },
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
  clientAuthMethods: ["client_secret_basic"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, registration: { enabled: true } },
  findAccount: (_, sub) => bySub(sub) && { accountId: sub, claims: () => bySub(sub) },
  interactions: { url: (_, { uid }) => `/signin/${uid}` },
  loadExistingGrant: allowAll,
});

/** Nobody is asked whether the app may know them: an admin of the org has assigned it. */
async function allowAll({ oidc }) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope("openid profile email groups");
  await grant.save();
  return grant;
}

async function signIn(request, response) {
  if (request.method === "GET") return signInPage(response);
  const person = await whoSignedIn(request);
  if (!person) return signInPage(response);
  return provider.interactionFinished(request, response, { login: { accountId: person.sub } });
}

const oidc = provider.callback();
createServer((request, response) => {
  if (request.url === "/people") return takePeople(request, response);
  if (request.url.startsWith("/signin/")) return signIn(request, response).catch((error) => fail(response, error));
  return oidc(request, response);
}).listen(port, "127.0.0.1");
