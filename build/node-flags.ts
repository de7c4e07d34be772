/** What every program of ours that runs on Node is started with. */
export const nodeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  // Megabytes. The broker makes little garbage, and keeps what it has grown to: 16, the default, costs 9 MB for nothing.
  '--max-semi-space-size=1',
];
