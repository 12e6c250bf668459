// Who works there, and the form they sign in with: the same for every provider here.
const people = new Map();

/** PUT /people replaces everybody: {"kim": {"sub", "email", "email_verified", "name", "groups"}}. */
export async function takePeople(request, response) {
  people.clear();
  for (const [name, person] of Object.entries(JSON.parse(await body(request)))) people.set(name, person);
  response.writeHead(204).end();
}

export const bySub = (sub) => [...people.values()].find((each) => each.sub === sub);

/** Whoever signs in with this form; a password is not asked. */
export async function whoSignedIn(request) {
  const form = new URLSearchParams(await body(request));
  return people.get(form.get("username"));
}

export function signInPage(response) {
  response.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><html lang="en"><title>Sign in</title>
<form method="post"><label>Username <input name="username"></label> <button>Sign in</button></form></html>`);
}

export function fail(response, error) {
  console.error(error);
  response.writeHead(500).end(String(error));
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
