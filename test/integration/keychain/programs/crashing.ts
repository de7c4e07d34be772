/** Dies on every call. */
process.on('message', () => process.kill(process.pid, 'SIGSEGV'));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ kind: 'ready' });
