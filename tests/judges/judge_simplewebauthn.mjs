// The verdict of npm's @simplewebauthn/server on one case. Exit status as in case.py.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));

function reject(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(10);
}

async function judge() {
  const created = await verifyRegistrationResponse({
    response: given.registration,
    expectedChallenge: given.creationOptions.challenge,
    expectedOrigin: given.origin,
    expectedRPID: given.creationOptions.rp.id,
    requireUserVerification: true,
  });
  if (!created.verified) reject('the registration does not verify');

  const proved = await verifyAuthenticationResponse({
    response: given.assertion,
    expectedChallenge: given.requestOptions.challenge,
    expectedOrigin: given.origin,
    expectedRPID: given.requestOptions.rpId,
    credential: created.registrationInfo.credential,
    requireUserVerification: true,
  });
  if (!proved.verified) reject('the assertion does not verify');

  if (given.creationOptions.user.id !== given.userHandle) reject('the credential was asked for another user handle');
  if (given.assertion.response.userHandle !== given.userHandle) reject('the assertion speaks for another user handle');
  if (given.assertion.id !== given.registration.id) reject('the assertion is by another credential');
  if (given.act !== undefined) {
    const hash = createHash('sha256').update(Buffer.from(given.act, 'base64url')).digest('base64url');
    if (hash !== given.requestOptions.challenge) reject('something else was signed than the act');
  }
}

// The library refuses with Errors of its own; the language's are a broken judge or case.
try {
  await judge();
} catch (error) {
  if ([TypeError, ReferenceError, SyntaxError, RangeError].some((kind) => error instanceof kind)) throw error;
  reject(error.message);
}
