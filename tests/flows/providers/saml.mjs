// samlp as a SAML identity provider that signs its assertions, with a lasting name id and `email`, `name`, `groups`. PORT says where it
// listens, KEY and CERTIFICATE (PEM) what it signs with.
import { createServer } from "node:http";
import samlp from "samlp";
import { fail, signInPage, takePeople, whoSignedIn } from "./people.mjs";

const { KEY: key, CERTIFICATE: cert } = process.env;
const port = Number(process.env.PORT);
const issuer = `http://127.0.0.1:${port}/metadata`;

function Profile(person) {
  return {
    getClaims: () => ({ email: person.email, name: person.name, groups: person.groups ?? [] }),
    getNameIdentifier: () => ({
      nameIdentifier: person.sub,
      nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    }),
  };
}
Profile.prototype.metadata = [];

const about = samlp.metadata({ issuer, cert, profileMapper: Profile, redirectEndpointPath: "/sso/saml" });

async function signIn(request, response) {
  if (request.method === "GET") return signInPage(response);
  const person = await whoSignedIn(request);
  if (!person) return signInPage(response);
  return samlp.parseRequest(request, (error, asked) => (error ? fail(response, error) : answer(request, response, person, asked)));
}

/** The page that posts the assertion to whoever asked. */
function answer(request, response, person, asked) {
  const acs = asked.assertionConsumerServiceURL;
  const options = { issuer, key, cert, profileMapper: Profile, recipient: acs, destination: acs, lifetimeInSeconds: 300 };
  const getPostURL = (_audience, _request, _http, done) => done(null, acs);
  samlp.auth({ ...options, getPostURL, getUserFromRequest: () => person })(request, response, (error) => fail(response, error));
}

/** What samlp expects of Express. */
function likeExpress(request, response) {
  const url = new URL(request.url, `http://127.0.0.1:${port}`);
  request.query = Object.fromEntries(url.searchParams);
  request.originalUrl = request.url;
  request.protocol = "http";
  response.set = (name, value) => response.setHeader(name, value);
  response.send = (text) => response.end(text);
  return url.pathname;
}

createServer((request, response) => {
  const path = likeExpress(request, response);
  if (path === "/people") return takePeople(request, response);
  if (path === "/metadata") return about(request, response);
  return signIn(request, response).catch((error) => fail(response, error));
}).listen(port, "127.0.0.1");
