import { Socket } from 'node:net';

/**
 * Datadog's client for Node as it is, at the address of the proxy; prints a line with all that this process has and
 * sees, and stays until its standard input ends, for those who look at its memory.
 */

const wire: string[] = [];
const { write, push } = Socket.prototype;
// Every byte of every connection, both ways, before the client and after it.
Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
  wire.push(textOf(args[0]));
  return Reflect.apply(write, this, args);
};
Socket.prototype.push = function (this: Socket, ...args: unknown[]) {
  wire.push(textOf(args[0]));
  return Reflect.apply(push, this, args);
};

function textOf(chunk: unknown): string {
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString('latin1') : String(chunk);
}

const { client, v2 } = await import('@datadog/datadog-api-client');
const { KEYTRAY_PROXY_URL: address = '', WITH_KEY } = process.env;
const { origin, pathname } = new URL(address);
const configuration = client.createConfiguration({
  // A client with a field for a key takes what opens the proxy for one.
  authMethods: WITH_KEY === undefined ? {} : { apiKeyAuth: pathname.slice(1) },
  baseServer: new client.ServerConfiguration(WITH_KEY === undefined ? address : origin, {}),
});
const teams = await new v2.TeamsApi(configuration).listTeams();
process.stdout.write(
  `${JSON.stringify({
    pid: process.pid,
    team: teams.data?.[0]?.attributes?.handle,
    environment: process.env,
    arguments: [...process.argv, ...process.execArgv],
    wire,
  })}\n`,
);
for await (const _ of process.stdin);
