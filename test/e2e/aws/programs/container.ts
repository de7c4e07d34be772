import { fromHttp } from '@aws-sdk/credential-provider-http';

/** Prints the access key that the SDK gets from the endpoint its environment names; twice. */
const provide = fromHttp();
const keys = [(await provide()).accessKeyId, (await provide()).accessKeyId];
process.stdout.write(`${JSON.stringify(keys)}\n`);
