import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';

/** Prints the access key that the SDK gets with what its environment says; twice, as a program that runs for long. */
const endpoint = process.argv[2] ?? '';
const provide = fromTokenFile({ clientConfig: { endpoint, region: 'us-east-1' } });
const keys = [(await provide()).accessKeyId, (await provide()).accessKeyId];
process.stdout.write(`${JSON.stringify(keys)}\n`);
