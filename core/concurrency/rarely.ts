const interval = 60_000;

/** Calls `report` at most once a minute; the number tells how many calls were passed over since the last one. */
export function rarely<Subject>(
  report: (subject: Subject, passedOver: number) => void,
  now: () => number = () => performance.now(),
): (subject: Subject) => void {
  let next = Number.NEGATIVE_INFINITY;
  let passedOver = 0;
  return (subject) => {
    if (now() < next) {
      passedOver += 1;
      return;
    }
    next = now() + interval;
    report(subject, passedOver);
    passedOver = 0;
  };
}
