// An OpenID Connect provider for tests: the npm package oidc-provider, with accounts and keys that the test chooses. Configured by one JSON argument:
// { port, redirectUri, algorithm, accounts: { login: { email, email_verified, name, groups } }, claimsInIdToken, basic }
// A client "machine" gets access tokens that are JWTs, for the resources below. Prints "listening <issuer>" when it serves. New keys are made at every start, so a restart on the same port is a key rotation.
import { generateKeyPair, exportJWK } from 'jose';
import { Provider } from 'oidc-provider';

const options = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${options.port}`;
const algorithm = options.algorithm ?? 'RS256';

const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), use: 'sig', alg: algorithm };

const authentication = options.basic === false ? 'client_secret_post' : 'client_secret_basic';
const gateway = 'https://gateway.example';
const resources = {
  [gateway]: { audience: gateway, accessTokenTTL: 600 },
  'https://gateway.example/short': { audience: gateway, accessTokenTTL: 5 },
  'https://elsewhere.example': { audience: 'https://elsewhere.example', accessTokenTTL: 600 },
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'machine',
    client_secret: 'a secret: with % and +',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    id_token_signed_response_alg: algorithm,
    token_endpoint_auth_method: authentication,
  }, {
    client_id: 'datahub',
    client_secret: 'a secret: with % and +',
    redirect_uris: [options.redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: algorithm,
    token_endpoint_auth_method: authentication,
  }],
  clientAuthMethods: [authentication],
  jwks: { keys: [key] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  conformIdTokenClaims: !options.claimsInIdToken,
  cookies: { keys: ['a key of the test'] },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (_, resource) => ({ ...resources[resource], scope: 'orders:read orders:write', accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } } }),
    },
  },
  async findAccount(_, login) {
    const account = options.accounts[login];
    return account && { accountId: login, claims: async () => ({ sub: login, ...account }) };
  },
  // Nobody is asked for consent.
  async loadExistingGrant(context) {
    const { client, session, provider: self } = context.oidc;
    const known = session.grantIdFor(client.clientId);
    if (known) {
      return self.Grant.find(known);
    }

    const grant = new self.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email groups');
    await grant.save();
    return grant;
  },
});

provider.listen(options.port, '127.0.0.1', () => console.log(`listening ${issuer}`));
