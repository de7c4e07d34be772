const deadline = 30_000;

/** Asks again every millisecond until the answer is yes. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
