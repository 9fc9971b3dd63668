// The pages of the starters, in a real browser.
import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser } from './helpers/browser.js'
import { Browser, examples, password, start } from './helpers/example.js'

const browser = await launchBrowser(t)

for (const example of examples) {
  t.test(example, async t => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } })
    t.teardown(() => context.close())
    const app = await start(example)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', error => faults.push(String(error)))
    // A refusal is one too, and is what is shown here. One of the policy is not.
    page.on('console', message => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        faults.push(message.text())
      }
    })
    const email = `${randomUUID()}@example.com`

    t.test('somebody who signs up is signed in, with the keyboard alone, and in other tabs too', async () => {
      const other = await context.newPage()
      await other.goto(app.url)
      await other.locator('#sign-in').waitFor()
      await page.goto(app.url)
      await signIn(page, email, password)
      await page.getByText('Wrong email or password').waitFor()
      await page.locator('#password').press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('h1:focus', { hasText: `Signed in as ${email}` }).waitFor()
      await other.getByRole('heading', { name: `Signed in as ${email}` }).waitFor()
      await other.close()
    })

    t.test('sessions are listed, and one of them is ended', async t => {
      const phone = new Browser(app)
      await phone.post('/login', { email, password })
      await page.reload()
      await page.locator('#sessions li').nth(1).waitFor()
      await page.locator('#sessions button').click()
      await page.locator('#sessions li').nth(1).waitFor({ state: 'detached' })
      t.equal((await phone.get('/me')).status, 401)
    })

    t.test('a log-out everywhere ends all sessions', async t => {
      const phone = new Browser(app)
      await phone.post('/login', { email, password })
      await page.getByRole('button', { name: 'Log out everywhere' }).click()
      await page.getByText('You are signed out.').waitFor()
      t.equal((await phone.get('/me')).status, 401)
    })

    t.test('an outage changes nothing on the page', async () => {
      await signIn(page, email, password)
      await page.locator('#sessions li').waitFor()
      await context.setOffline(true)
      await page.getByRole('button', { name: 'Log out everywhere' }).click()
      await page.getByText('The server does not answer.').waitFor()
      await page.getByRole('heading', { name: `Signed in as ${email}` }).waitFor()
      await context.setOffline(false)
    })

    t.test('a log-out is one in every tab', async () => {
      const other = await context.newPage()
      await other.goto(app.url)
      await other.getByRole('button', { name: 'Log out', exact: true }).click()
      await page.locator('#sign-in').waitFor()
    })

    t.test('a log-out waits for no server', async () => {
      await signIn(page, email, password)
      await page.locator('#sessions li').waitFor()
      app.child.kill('SIGSTOP')
      await page.getByRole('button', { name: 'Log out', exact: true }).click()
      await page.getByText('You are signed out.').waitFor({ timeout: 5000 })
      app.child.kill('SIGCONT')
    })

    t.test('nothing was against the policy, and nothing wider than a small phone', async t => {
      t.same(faults, [])
      const width = await page.evaluate('document.documentElement.scrollWidth')
      t.equal(width, 320)
    })
  })
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await page.locator('#password').press('Enter')
}
