/** Does nothing until its parent goes: holds on to whatever it was given at its start. */
process.send?.('here');
process.once('disconnect', () => process.exit());
