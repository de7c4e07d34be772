/** Comes up and never answers. */
process.on('message', () => undefined);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ kind: 'ready' });
