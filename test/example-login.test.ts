// The example apps as their users run them: who may log in, and what they see.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { Browser, examples, password, serve } from './helpers/example.js'

for (const example of examples) {
  t.test(example, async t => {
    const app = await serve(example)

    t.test('a registered user logs in and is recognised by the cookies alone', async t => {
      const browser = new Browser(app)
      const email = `${randomUUID()}@example.com`
      const registered = await browser.post('/register', { email: ` ${email.toUpperCase()} `, password })
      t.equal(registered.status, 201)
      t.match(registered.body, { id: /^[0-9a-f-]{36}$/, email })
      t.same(registered.cookies, [], 'to register is not to log in')
      t.equal((await browser.get('/me')).status, 401)

      const login = await browser.post('/login', { email, password })
      t.equal(login.status, 200)
      t.same(login.body, { user: registered.body, expires_in: 600 })
      t.match(login.headers.get('cache-control'), 'no-store')
      t.equal(login.cookies.length, 2)
      for (const cookie of login.cookies) {
        t.match(cookie, /; HttpOnly/i)
        t.match(cookie, /; SameSite=Lax/i)
        t.notMatch(cookie, /; (Secure|Domain)/i)
      }

      const me = await browser.get('/me')
      t.equal(me.status, 200)
      t.match(me.body, {
        sub: registered.body['id'],
        email,
        sid: String,
        jti: String,
        iat: Number,
        exp: Number,
      })
    })

    t.test('an email has one account, however it is typed and whoever is first', async t => {
      const browser = new Browser(app)
      const name = randomUUID()
      const spellings = [`${name}@example.com`, `${name}@EXAMPLE.com`, ` ${name}@example.com `]
      const answers = await Promise.all(
        spellings.map(email => browser.post('/register', { email, password })),
      )
      t.same(answers.map(({ status }) => status).sort(), [201, 409, 409])
    })

    t.test('malformed input is refused by 400 and never fails the server', async t => {
      const browser = new Browser(app)
      const good = { email: 'grace@example.com', password }
      const bodies: unknown[] = [
        null,
        [],
        'text',
        {},
        { email: good.email },
        { password },
        ...['', 'grace', 'grace@example', '@example.com', 'a b@example.com', 'a@b@example.com'].map(
          email => ({
            ...good,
            email,
          }),
        ),
        ...[5, null, {}, [good.email], `${'a'.repeat(243)}@example.com`].map(email => ({ ...good, email })),
        ...['a\0b@example.com', 'a\u200bb@example.com', 'a\ud800@example.com'].map(email => ({
          ...good,
          email,
        })),
        ...['a@'.repeat(4000), `a@${'.'.repeat(7000)}`].map(email => ({ ...good, email })),
        ...[12345678, null, {}, ['12345678'], 'x'.repeat(129)].map(password => ({ ...good, password })),
      ]
      for (const body of bodies) {
        for (const path of ['/register', '/login']) {
          const { status } = await browser.post(path, body)
          t.equal(status, 400, `${path} ${JSON.stringify(body).slice(0, 60)}`)
        }
      }
      t.equal((await browser.post('/register', { ...good, password: 'seven77' })).status, 400)
      for (const raw of ['', '{', '{"__proto__":{"email":"x"}}']) {
        const headers = { 'content-type': 'application/json' }
        t.equal((await browser.send('/login', { method: 'POST', headers, body: raw })).status, 400, raw)
      }
    })

    t.test('an unknown email and a wrong password get the same answer', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      const unknown = await browser.post('/login', { email: `${randomUUID()}@example.com`, password })
      for (const wrong of ['short', `${password}x`, password.toUpperCase(), '']) {
        const answer = await browser.post('/login', { email, password: wrong })
        t.equal(answer.status, 401)
        t.same(answer.body, unknown.body)
        t.same(answer.cookies, [])
      }
    })

    t.test('the page comes with a strict policy and nothing from elsewhere', async t => {
      const page = await fetch(`${app.url}/`)
      t.equal(page.status, 200)
      t.match(page.headers.get('content-security-policy'), /default-src 'none'/)
      t.equal(page.headers.get('x-content-type-options'), 'nosniff')
      const html = await page.text()
      t.notMatch(html, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?:/)
      const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => `${path}`)
      t.same(paths, ['data:,', '/style.css', '/app.js'])
      for (const path of paths.slice(1)) {
        t.equal((await fetch(app.url + path)).status, 200, path)
      }
    })

    t.test('NODE_ENV=production prefixes the cookies and keeps them off plain http', async t => {
      const browser = new Browser(await serve(example, { NODE_ENV: 'production' }))
      await browser.logIn()
      t.same([...browser.jar.keys()].sort(), ['__Host-access_token', '__Host-refresh_token'])
    })
  })
}
