/** How many accounts the processes have that are measured. */
export const accounts = 10;

/** Said in every line about the main process: the real one has Chromium's processes beside it. */
export const standIn = '(under the stand-in, without Chromium)';
