// Reads one JSON object a line, {secret, headers, body (base64)}, and answers each with what three verifiers say: true, or the reason against it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createInterface } from 'node:readline';
import standard from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

const toleranceSeconds = 300;

// Written from the text of the specification, sharing nothing with the packages.
function verifyBySpecification(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) throw new Error('a header is missing');
  if (id.includes('.')) throw new Error('the id has a dot');
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) throw new Error('the timestamp is out of tolerance');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (key.length < 24 || key.length > 64) throw new Error('the secret has another length');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  for (const token of signatures.split(' ')) {
    const comma = token.indexOf(',');
    if (comma < 0) throw new Error('a signature has no version');
    const given = Buffer.from(token.slice(comma + 1), 'base64');
    if (token.slice(0, comma) === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)) return;
  }
  throw new Error('no signature matches');
}

const verifiers = {
  specification: verifyBySpecification,
  standardwebhooks: (secret, headers, body) => new standard.Webhook(secret).verify(body, headers),
  svix: (secret, headers, body) => new Svix(secret).verify(body, headers),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  const verdicts = {};
  for (const [name, verify] of Object.entries(verifiers)) {
    try {
      verify(secret, headers, Buffer.from(body, 'base64'));
      verdicts[name] = 'valid';
    } catch (error) {
      verdicts[name] = `refused: ${error.message}`;
    }
  }
  process.stdout.write(JSON.stringify(verdicts) + '\n');
}
