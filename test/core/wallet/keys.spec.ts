import assert from 'node:assert/strict'
import { toHex, fromHex } from '../../../src/core/base/bytes.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { publicKeyOf, xOnly } from '../../../src/core/crypto/schnorr.js'
import { chainParameters } from '../../../src/ports/chain-parameters.js'
import { addressOfScript, scriptOfAddress } from '../../../src/core/wallet/address.js'
import { nodeSecrets, walletKeys, type KeyPath } from '../../../src/core/wallet/keys.js'
import { phraseOfEntropy, readPhrase, seedOfPhrase } from '../../../src/core/wallet/phrase.js'
import { done, KNOWN_PHRASE, refused } from './harness.js'

const mainnet = chainParameters('bitcoin', 'mainnet')!

// Values of the test vectors of BIP 86, for the phrase "abandon … about".
const BIP_86: ReadonlyArray<{ readonly path: KeyPath, readonly script: string, readonly address: string }> = [
  { path: { branch: 'receive', index: 0 }, script: '5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c', address: 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr' },
  { path: { branch: 'receive', index: 1 }, script: '5120a82f29944d65b86ae6b5e5cc75e294ead6c59391a1edc5e016e3498c67fc7bbb', address: 'bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh' },
  { path: { branch: 'change', index: 0 }, script: '5120882d74e5d0572d5a816cef0041a96b6c1de832f6f9676d9605c44d5e9a97d3dc', address: 'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7' }
]
const BIP_86_ACCOUNT = 'xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ'

describe('wallet, keys', () => {
  describe('on the phrase of BIP 86', () => {
    const account = walletKeys(seedOfPhrase(KNOWN_PHRASE)).account(0)
    it('gives the account, scripts and addresses of its test vectors', () => {
      assert.equal(account.extendedPublicKey(), BIP_86_ACCOUNT)
      for (const { path, script, address } of BIP_86) {
        assert.equal(toHex(account.script(path)), script, JSON.stringify(path))
        assert.equal(addressOfScript(mainnet, account.script(path)), address, JSON.stringify(path))
        assert.equal(toHex(done(scriptOfAddress(mainnet, address))), script, address)
      }
    })

    it('gives secrets of the output keys', () => {
      for (const { path, script } of BIP_86) assert.equal(toHex(xOnly(publicKeyOf(account.secret(path)))), script.slice(4), JSON.stringify(path))
    })
  })

  it('keeps chains and test networks apart by their coin type', () => {
    const keys = walletKeys(seedOfPhrase(KNOWN_PHRASE))
    const scripts = [0, 1, 2].map((coinType) => toHex(keys.account(coinType).script({ branch: 'receive', index: 0 })))
    assert.equal(new Set(scripts).size, 3)
  })

  it('derives what is not the wallet\'s by paths of its own', () => {
    const seed = seedOfPhrase(KNOWN_PHRASE)
    const { identity, backup } = nodeSecrets(seed)
    const wallet = walletKeys(seed).account(0).secret({ branch: 'receive', index: 0 })
    assert.equal(new Set([identity, backup, wallet].map(toHex)).size, 3)
    // Written down: a folder is restored from its phrase by later versions too.
    assert.deepEqual([toHex(identity), toHex(backup)], ['a043eb1ae0bb729031086e300372586fa9499bff07c987c61c9c2b4dc269cadf', '6e4d735438a3ecc56cab107e92e0fa49670ce0eceb728e5fb59bd01d83eefd93'])
  })
})

describe('wallet, phrase', () => {
  it('gives the words and the seed of the first English vectors of BIP 39', () => {
    assert.equal(phraseOfEntropy(new Uint8Array(32)), `${'abandon '.repeat(23)}art`)
    assert.equal(phraseOfEntropy(new Uint8Array(32).fill(0xff)), `${'zoo '.repeat(23)}vote`)
    assert.equal(toHex(seedOfPhrase(KNOWN_PHRASE, 'TREZOR')), 'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04')
  })

  it('is read in any case and with any white space', () => {
    assert.equal(readPhrase(`  ${KNOWN_PHRASE.toUpperCase().replaceAll(' ', ' \n\t ')}\n`), KNOWN_PHRASE)
  })

  for (const [title, text, reason] of [
    ['a word that is not in the list, by its place only', KNOWN_PHRASE.replace('about', 'aboot'), /^word 12 /],
    ['a wrong checksum', KNOWN_PHRASE.replace('about', 'above'), /checksum/],
    ['eleven words', KNOWN_PHRASE.replace(' about', ''), /11 words/],
    ['a hundred words', 'abandon '.repeat(100), /100 words/],
    ['nothing', '', /./]
  ] as const) {
    it(`refuses ${title}`, () => {
      const { refused: name, detail } = refused(readPhrase(text))
      assert.equal(name, 'bad-phrase')
      assert.match(String(detail['reason']), reason)
      assert.ok(!String(detail['reason']).includes('aboot'))
    })
  }
})

describe('wallet, addresses', () => {
  const script = (chain: 'bitcoin' | 'litecoin', network: 'mainnet' | 'regtest' | 'signet', text: string): string | undefined => {
    const read = scriptOfAddress(chainParameters(chain, network === 'signet' && chain === 'litecoin' ? 'testnet' : network)!, text)
    return isRefusal(read) ? undefined : toHex(read)
  }

  // Values from BIP 173 and BIP 350, and of well-known old addresses.
  it('are read in every form in use', () => {
    assert.equal(script('bitcoin', 'mainnet', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'), '0014751e76e8199196d454941c45d1b3a323f1433bd6')
    assert.equal(script('bitcoin', 'signet', 'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7'), '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262')
    assert.equal(script('bitcoin', 'mainnet', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'), '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
    assert.equal(script('bitcoin', 'mainnet', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'), '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac')
    assert.equal(script('bitcoin', 'mainnet', '3P14159f73E4gFr7JterCCQh9QjiTjiZrG'), 'a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87')
  })

  it('are refused when they are of another chain or network', () => {
    assert.equal(script('litecoin', 'mainnet', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'), undefined)
    assert.equal(script('bitcoin', 'regtest', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'), undefined)
    assert.equal(script('litecoin', 'mainnet', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'), undefined)
    assert.equal(script('bitcoin', 'regtest', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'), undefined)
  })

  // Invalid ones of BIP 350, and texts that are none.
  for (const text of [
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd', 'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh', 'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4', 'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
    'bc1pw5dgrnzv', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav', 'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf', 'bc1gmk9yu', '', '1', 'bc1', 'x'.repeat(1_000), '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', 'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs'
  ]) {
    it(`are refused when they are ${JSON.stringify(text.slice(0, 70))}`, () => {
      const read = scriptOfAddress(mainnet, text)
      assert.ok(isRefusal(read))
      assert.equal(read.refused, 'bad-chain-address')
    })
  }

  it('say the script again', () => {
    const scripts = ['0014751e76e8199196d454941c45d1b3a323f1433bd6', '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798']
    for (const [chain, network] of [['bitcoin', 'mainnet'], ['bitcoin', 'testnet4'], ['bitcoin', 'regtest'], ['litecoin', 'mainnet'], ['litecoin', 'testnet'], ['litecoin', 'regtest']] as const) {
      const facts = chainParameters(chain, network)!
      for (const each of scripts) assert.equal(toHex(scriptOfAddress(facts, addressOfScript(facts, fromHex(each))) as Uint8Array), each, `${chain} ${network}`)
    }
  })
})
