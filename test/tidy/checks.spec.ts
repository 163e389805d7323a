import assert from 'node:assert/strict'
import { bannedComplaints } from './banned.js'
import { dependencyComplaints, extensionComplaints, nameComplaints, sizesOf, topLevelComplaints } from './files.js'
import { generatedComplaints } from './generated.js'
import { cyclesOf } from './imports.js'
import { requirementComplaints } from './requirements.js'
import { readHouse, roomComplaints } from './rooms.js'
import { readTree, type Tree } from './tree.js'
import { wordComplaints } from './words.js'

const house = readHouse()
const treeOf = (files: Readonly<Record<string, string>>): Tree => new Map(Object.entries(files))

/** Asserts that there is one complaint for each pattern, and none beside. */
function expectComplaints (complaints: readonly string[], ...patterns: readonly RegExp[]): void {
  assert.equal(complaints.length, patterns.length, `complaints:\n${complaints.join('\n')}`)
  for (const pattern of patterns) assert.equal(complaints.filter((complaint) => pattern.test(complaint)).length, 1, `${pattern} in:\n${complaints.join('\n')}`)
}

describe('tidy, rooms', () => {
  const leaf = 'export const x = 1\n'

  it('lets an import go down and stay in its room', () => {
    expectComplaints(roomComplaints(treeOf({
      'src/core/base/bytes.ts': "import { hex } from '@scure/base'\n",
      'src/core/channel/round.ts': "import { x } from './lock.js'\nimport type { y } from '../base/bytes.js'\n",
      'src/core/channel/lock.ts': leaf,
      'src/adapters/level/level-store.ts': "import { readFile } from 'node:fs'\nimport { z } from 'classic-level'\nimport { x } from './codec.js'\n",
      'src/adapters/level/codec.ts': leaf
    }), house))
  })

  it('complains of an import that goes up, also of a type, a re-export and a dynamic one, with file and line', () => {
    const tree = (line: string): Tree => treeOf({ 'src/core/base/a.ts': `// first line\n${line}\n`, 'src/core/link/b.ts': leaf })
    for (const line of ["import { x } from '../link/b.js'", "import type { x } from '../link/b.js'", "export { x } from '../link/b.js'", "export * from '../link/b.js'", "const b = await import('../link/b.js')", "type B = import('../link/b.js').B"]) {
      expectComplaints(roomComplaints(tree(line), house), /^src\/core\/base\/a\.ts:2 \(core\/base\) imports src\/core\/link\/b\.ts/)
    }
  })

  it('complains of one adapter that imports another, and of one protocol\'s codec in another\'s', () => {
    expectComplaints(roomComplaints(treeOf({
      'src/adapters/level/a.ts': "import { x } from '../memory/b.js'\n",
      'src/adapters/memory/b.ts': leaf,
      'protocols/link/codec.ts': "import { x } from '../route/codec.js'\n",
      'protocols/route/codec.ts': leaf
    }), house), /adapter level.*adapter memory/, /codec of link.*codec of route/)
  })

  it('complains of a client, a simulation and an app that reach past what they may use', () => {
    expectComplaints(roomComplaints(treeOf({
      'src/node/amiko.ts': leaf,
      'src/adapters/libp2p/host.ts': leaf,
      'src/api/client/client.ts': "import { x } from '../../node/amiko.js'\n",
      'simulations/world.ts': "import { x } from '../src/adapters/libp2p/host.js'\n",
      'src/cli/pay.ts': "import { x } from '../node/amiko.js'\n",
      'src/cli/process/start.ts': "import { x } from '../../node/amiko.js'\n"
    }), house), /api client\) may not import/, /simulations\) may not import/, /src\/cli\/pay\.ts:1 \(cli\) may not import/)
  })

  it('complains of a package its room does not list, of Node in the core, and of a file in no room', () => {
    expectComplaints(roomComplaints(treeOf({
      'src/core/base/a.ts': "import { x } from 'lodash'\nimport { y } from '@noble/hashes/sha2.js'\nimport { z } from 'node:fs'\nimport { p } from 'path'\n",
      'src/stray/a.ts': leaf
    }), house), /src\/stray\/a\.ts is in no room/, /uses the package lodash/, /uses Node's node:fs/, /uses Node's path/)
  })
})

describe('tidy, circles', () => {
  it('finds one of values and one of types, and names the way round', () => {
    const tree = treeOf({
      'src/a.ts': "import { b } from './b.js'\n",
      'src/b.ts': "import type { c } from './c.js'\n",
      'src/c.ts': "import { a } from './a.js'\n",
      'src/d.ts': "import { a } from './a.js'\n"
    })
    expectComplaints(cyclesOf(tree), /^src\/a\.ts -> src\/b\.ts -> src\/c\.ts -> src\/a\.ts$/)
  })

  it('finds a file that imports itself, and nothing in a diamond', () => {
    expectComplaints(cyclesOf(treeOf({ 'src/a.ts': "import './a.js'\n" })), /^src\/a\.ts -> src\/a\.ts$/)
    expectComplaints(cyclesOf(treeOf({ 'src/a.ts': "import './b.js'\nimport './c.js'\n", 'src/b.ts': "import './d.js'\n", 'src/c.ts': "import './d.js'\n", 'src/d.ts': '' })))
  })
})

describe('tidy, banned in the core', () => {
  const complaintsOf = (code: string, path = 'src/core/link/a.ts'): readonly string[] => bannedComplaints(treeOf({ [path]: code }), house)

  it('complains of each with file and line', () => {
    const rows: Array<[string, RegExp]> = [
      ['const t = Date.now()', /Date/], ['const t = new Date()', /Date/], ['const r = Math.random()', /Math\.random/], ['const e = process.env', /process/],
      ['console.log(1)', /console/], ['setTimeout(f, 1)', /setTimeout/], ['let p: Promise<void>', /Promise/], ['async function f () {}', /async/],
      ['const f = async () => 1', /async/], ['const b = Buffer.alloc(1)', /Buffer/], ['let a: any', /any/], ['const x = y as any', /any/],
      ['const n = null', /null/], ['let n: string | null', /null/], ['enum E { a }', /enum/], ['class C {}', /class/], ['const C = class {}', /class/],
      ['class E extends Error {}', /class/], ['fetch("x")', /fetch/], ['globalThis.x = 1', /globalThis/]
    ]
    for (const [code, what] of rows) {
      const complaints = complaintsOf(`\n${code}\n`)
      assert.ok(complaints.length >= 1, `no complaint of: ${code}`)
      assert.match(complaints[0]!, new RegExp(`^src/core/link/a\\.ts:2 ${what.source}`), code)
    }
  })

  it('leaves comments, texts, members and comparisons with null alone, and everything outside the core', () => {
    expectComplaints(complaintsOf('// Date.now() and null\nconst s = "process.exit(null)"\nconst f = state.process\nconst day = new Date(expiresMs).toISOString()\nconst o = { console: 1 }\nif (/x/.exec(s) === null) f()\ninterface I { Date: string }\n'))
    expectComplaints(complaintsOf('const t = Date.now()', 'src/node/a.ts'))
  })

  it('allows error classes in base, and no other class there', () => {
    expectComplaints(complaintsOf('class LayoutError extends Error {}', 'src/core/base/a.ts'))
    expectComplaints(complaintsOf('class Thing {}', 'src/core/base/a.ts'), /class/)
  })
})

describe('tidy, requirements', () => {
  const spec = '# Link\n\n| LINK-1 | MUST greet |\n- **LINK-2** MUST answer\n\nLINK-1 is discussed again, here after text: see LINK-2.\n'.replace('LINK-1 is', 'What LINK-1 is')

  it('is content when code obeys and tests name each', () => {
    expectComplaints(requirementComplaints(treeOf({
      'protocols/link/README.md': spec,
      'src/core/link/link.ts': 'greet() // LINK-1\nfault("LINK-2", "")\n',
      'test/core/link/link.spec.ts': "it('greets [LINK-1, LINK-2]', () => {})\n"
    }), house))
  })

  it('complains of one that no code cites, that no title names, that nobody defines, and that is defined twice', () => {
    expectComplaints(requirementComplaints(treeOf({
      'protocols/link/README.md': `${spec}- LINK-1: MUST greet twice\n`,
      'src/core/link/link.ts': 'greet() // LINK-1\nlater() // LINK-9\n',
      'test/core/link/link.spec.ts': "// [LINK-1] in a comment is no test\nit('answers [LINK-2]', () => {})\n"
    }), house), /README\.md:7 defines LINK-1 again/, /link\.ts:2 cites LINK-9, which no specification defines/, /LINK-1 is in no test's title/, /LINK-2 is cited by no code/)
  })
})

describe('tidy, files', () => {
  const lines = (count: number): string => 'x\n'.repeat(count)

  it('complains of a file past the limit, warns of one near it, and exempts what is generated', () => {
    const { tooLong, long } = sizesOf(treeOf({
      'src/a.ts': lines(451), 'src/b.ts': lines(450), 'src/c.ts': lines(401), 'src/d.ts': lines(400), 'protocols/link/pb/link.ts': lines(2_000), 'src/e.md': lines(900)
    }), house)
    expectComplaints(tooLong, /^src\/a\.ts has 451 lines$/)
    expectComplaints(long, /^src\/b\.ts/, /^src\/c\.ts/)
  })

  it('complains of names that say nothing or are not kebab-case, of core folders nobody can start reading, and of unspecified protocols', () => {
    expectComplaints(nameComplaints(treeOf({
      'src/node/utils.ts': '', 'src/node/LinkState.ts': '', 'src/node/link_state.ts': '', 'src/core/link/ping.ts': '', 'protocols/link/codec.ts': '', 'src/node/fine-name.ts': ''
    }), house), /utils\.ts: name the matter/, /LinkState/, /link_state/, /src\/core\/link has no link\.ts/, /protocols\/link has no README/)
  })

  it('complains of a relative import without .js, or to nowhere', () => {
    expectComplaints(extensionComplaints(treeOf({ 'src/a.ts': "import './b'\nimport './c.js'\nimport './d.js'\n", 'src/b.ts': '', 'src/c.ts': '' })), /a\.ts:1 imports src\/b/, /a\.ts:3 imports src\/d\.js/)
  })

  it('complains of strangers at the top level', () => {
    expectComplaints(topLevelComplaints(['src', 'README.md', '.gitignore', 'docs', 'vite.config.ts'], house), /^docs/, /^vite\.config\.ts/)
  })

  it('complains of dependencies unused, undeclared or not pinned', () => {
    expectComplaints(dependencyComplaints(treeOf({
      'package.json': JSON.stringify({ scripts: { lint: 'eslint .' }, dependencies: { used: '1.0.0', unused: '1.0.0', 'only-tested': '1.0.0' }, devDependencies: { eslint: '^1.0.0', idle: '1.0.0' }, optionalDependencies: { loaded: '1.0.0' } }),
      'src/a.ts': "import { x } from 'used/sub.js'\nimport { y } from 'unheard-of'\nload('loaded')\n",
      'test/a.spec.ts': "import { z } from 'only-tested'\n"
    })), /the dependency unused$/, /the dependency only-tested$/, /development dependency idle$/, /does not declare unheard-of/, /eslint \^1\.0\.0 is not pinned/)
  })
})

describe('tidy, words', () => {
  it('complains of open ends and of words the glossary replaces, alone or inside a name', () => {
    const openEnd = 'TO' + 'DO'
    expectComplaints(wordComplaints(treeOf({
      'src/a.ts': `// ${openEnd}: later\nconst relayFee = 1\nconst isInitiator = true\ninterface HtlcOutput {}\nconst PREIMAGE_BYTES = 32\n// a rollback\n`,
      'src/b.ts': 'rollBack(journal) // takes the step back\nconst secret = t\n',
      'src/decisions/0001-x.md': 'Lightning calls it HTLC.\n'
    }), house), /a\.ts:1 leaves an open end/, /a\.ts:2 says "relay"/, /a\.ts:3 says "initiator"/, /a\.ts:4 says "htlc"/, /a\.ts:5 says "preimage"/, /a\.ts:6 says "rollback"/)
  })
})

describe('tidy, generated code', () => {
  it('complains of what is stale or missing', async () => {
    const tree = readTree()
    const proto = [...tree.keys()].find((path) => path.endsWith('.proto'))
    assert.ok(proto !== undefined, 'the repository has a .proto file')
    expectComplaints(await generatedComplaints(treeOf({ [proto]: tree.get(proto)! })), /is missing/)
    const pb = proto.replace(/([^/]+)\.proto$/, 'pb/$1.ts')
    expectComplaints(await generatedComplaints(treeOf({ [proto]: tree.get(proto)!, [pb]: `${tree.get(pb)}// touched\n` })), /is stale/)
  })
})
