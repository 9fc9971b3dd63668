// R39: in Node, no timer of the client keeps a process alive, and none that is needed lets it end too early.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'

const answers: Record<string, [status: number, body: object][]> = {
  '/me': [
    [401, {}],
    [200, { user: 'ann' }],
  ],
  '/auth/refresh': [
    [503, {}],
    [200, { access_token: 'a', refresh_token: 'r', expires_in: 600 }],
  ],
  '/auth/revoke': [[503, {}]],
}

/** A server that answers each path in turn, and the last answer from then on. */
async function startServer(): Promise<string> {
  const queues = structuredClone(answers)
  const server = createServer((request, response) => {
    const queue = queues[request.url ?? ''] ?? []
    const [status, body] = (queue.length > 1 ? queue.shift() : queue[0]) ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' })
    response.end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Runs a script until it ends by itself. Answers its output and exit code. */
async function run(script: string): Promise<{ output: string; code: number | null }> {
  const client = new URL('../src/index.ts', import.meta.url).href
  const source = `import { createClient } from ${JSON.stringify(client)}\n${script}`
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { output, code: code as number | null }
}

t.test('R39: a request waits for a refresh that is tried again, and the process with it', async t => {
  const base = await startServer()
  const { output, code } = await run(`
    const client = createClient({ refreshUrl: '${base}/auth/refresh', transport: 'body' })
    client.signedIn({ access_token: 'old', refresh_token: 'r', expires_in: 600 })
    const response = await client.fetch('${base}/me')
    console.log(response.status, await response.json())
  `)
  t.same({ output, code }, { output: "200 { user: 'ann' }\n", code: 0 })
})

t.test('R39: a log-out that waits for its server does not keep a process', async t => {
  const base = await startServer()
  const { output, code } = await run(`
    const client = createClient({ refreshUrl: '${base}/auth/refresh', transport: 'body' })
    client.signedIn({ access_token: 'a', refresh_token: 'r', expires_in: 600 })
    await client.logout()
    console.log('signed out')
  `)
  t.same({ output, code }, { output: 'signed out\n', code: 0 })
})

t.test('R39: nor does a path that refuses new access tokens', async t => {
  const base = await startServer()
  const { output, code } = await run(`
    const client = createClient({ refreshUrl: '${base}/auth/refresh', transport: 'body', fetch: (input, init) =>
      \`\${input}\`.endsWith('/refresh')
        ? Promise.resolve(Response.json({ access_token: 'a', refresh_token: 'r', expires_in: 600 }))
        : Promise.resolve(new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })) })
    client.signedIn({ access_token: 'a', refresh_token: 'r', expires_in: 600 })
    for (let request = 0; request < 3; request++) console.log((await client.fetch('${base}/legacy')).status)
  `)
  t.same({ output, code }, { output: '401\n401\n401\n', code: 0 })
})
