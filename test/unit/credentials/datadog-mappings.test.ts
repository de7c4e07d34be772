import { describe, expect, it } from 'vitest';
import { matchesArn } from '../../../core/credentials/datadog-mappings.ts';

const arn = 'arn:aws:sts::123456789012:assumed-role/deploy/session';

describe('an ARN', () => {
  it.each([
    arn,
    'arn:aws:sts::123456789012:assumed-role/deploy/*',
    '*',
    'arn:*:assumed-role/*/session',
    '*deploy*',
    'arn:aws:sts::*:assumed-role/deploy/session*',
  ])('matches %s', (pattern) => {
    expect(matchesArn(pattern, arn)).toBe(true);
  });

  it.each([
    '',
    'arn:aws:sts::123456789012:assumed-role/deploy',
    'arn:aws:sts::123456789012:assumed-role/other/*',
    'arn:aws:sts::123456789012:assumed-role/deploy/session*session',
    '*deploy*deploy*',
    'arn.aws.sts::123456789012:assumed-role/deploy/session',
  ])('does not match %s', (pattern) => {
    expect(matchesArn(pattern, arn)).toBe(false);
  });
});
