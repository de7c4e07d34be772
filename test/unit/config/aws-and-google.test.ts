import { describe, expect, it } from 'vitest';
import { checkGoogleAudience, checkRoleArn } from '../../../core/config/host-pattern.ts';

describe('a role of AWS', () => {
  it.each([
    'arn:aws:iam::123456789012:role/Developer',
    'arn:aws-cn:iam::123456789012:role/team/path/Dev.el+op=er,@_-',
    'arn:aws-us-gov:iam::123456789012:role/x',
  ])('%s', (arn) => expect(checkRoleArn(arn)).toBeUndefined());

  it.each([
    'Developer',
    'arn:aws:iam::12345678901:role/Developer',
    'arn:aws:iam::123456789012:user/ada',
    'arn:aws:sts::123456789012:assumed-role/Developer/ada',
    'arn:aws:iam::123456789012:role/',
    'arn:aws:iam::123456789012:role/*?',
    'arn:aws:iam::123456789012:role/a\nb',
    'arn:aws.evil:iam::123456789012:role/Developer',
  ])('not %j', (arn) => expect(checkRoleArn(arn)?.fix).toContain('arn:aws:iam::123456789012:role/NAME'));
});

describe('an audience of Google', () => {
  it.each([
    '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool-1/providers/lab',
    '//iam.googleapis.com/locations/global/workforcePools/pool/providers/lab',
  ])('%s', (audience) => expect(checkGoogleAudience(audience)).toBeUndefined());

  it.each([
    'https://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/p/providers/lab',
    '//evil.example/projects/123/locations/global/workloadIdentityPools/p/providers/lab',
    '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/p/providers/lab/x',
    '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/*/providers/lab',
    '32555940559.apps.googleusercontent.com',
  ])('not %j', (audience) => expect(checkGoogleAudience(audience)?.message).toBe('not an audience'));
});
