/** The entry point does nothing but refuse an older Node: what it loads next may not even parse there. */
const oldestNode = 24;

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  process.stderr.write(
    `keytray: Node ${process.versions.node} is too old, ${oldestNode} or newer is needed.\n  Run out/bin/keytray, which uses the project's own Node.\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./program.ts');
  await main(process.argv.slice(2));
}
