// better-auth with its organization plugin behind node's own HTTP server: one process, its limits out of the way, nothing mailed.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { organization } from "better-auth/plugins/organization";
import pg from "pg";

const port = Number(process.env.PORT);
const auth = betterAuth({
  baseURL: `http://localhost:${port}`,
  secret: "a key for the bench only, long enough to sign what it signs",
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    organization({ membershipLimit: 1_000_000, invitationLimit: 10_000_000, sendInvitationEmail: async () => {} }),
  ],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const server = createServer(toNodeHandler(auth));
server.keepAliveTimeout = 600_000; // its clients rest while others are measured
server.listen(port, "127.0.0.1");
