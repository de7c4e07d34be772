import { InvalidArgumentError } from 'commander';

/** Parses an option that counts days; anything but a whole number of them in the range is a usage error. */
export const wholeDays =
  (least: number, most: number) =>
  (text: string): number => {
    const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(days >= least && days <= most)) throw new InvalidArgumentError(`Give whole days, ${least} to ${most}.`);
    return days;
  };
