// The page of the demo, in a real browser.
import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser } from './helpers/browser.js'
import { examples, password, start } from './helpers/example.js'

const browser = await launchBrowser(t)

for (const framework of examples) {
  t.test(framework, async t => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } })
    t.teardown(() => context.close())
    const app = await start('demo', {}, `--${framework}`)
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

    t.test('somebody who signs up is signed in, with the keyboard alone, and in other tabs too', async t => {
      const other = await context.newPage()
      await other.goto(app.url)
      await other.locator('#sign-in-card').waitFor()
      await page.goto(app.url)
      await signIn(page, email, `${password}x`)
      await page.getByText('Wrong email or password').waitFor()
      await page.getByRole('textbox', { name: 'Email' }).last().fill(email)
      await page.keyboard.press('Tab')
      await page.keyboard.type(password)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: `Signed in as ${email}` }).waitFor()
      await page.locator('#session-title:focus').waitFor()
      await other.getByRole('heading', { name: `Signed in as ${email}` }).waitFor()
      t.match(await page.locator('#seconds').textContent(), /^(1:00|0:\d\d)$/)
      await page.locator('#devices li').waitFor()
      await other.close()
    })

    t.test('ten calls with an expired token are all answered after one refresh', async t => {
      await page.bringToFront()
      await page.locator('#burst').click()
      await page.getByText('10 of 10 answered, 1 refresh.').first().waitFor()
      t.equal(await page.locator('#calls .good').count(), 10)
    })

    t.test('the thief is let in, and caught', async t => {
      t.same(await verdicts(page, 'You do'), ['copied', 'rotated', 'reissued', 'rotated', 'reused'])
      await page.locator('#sign-in-card').waitFor()
      await signIn(page, email, password)
      await page.getByRole('button', { name: 'Start again' }).click()
      const greedy = await verdicts(page, 'The thief does, twice')
      t.same(greedy, ['copied', 'rotated', 'rotated', 'reused'])
      await page.locator('#sign-in-card').waitFor()
    })

    t.test('a log-out is one in every tab', async () => {
      await signIn(page, email, password)
      await page.locator('#session-card').waitFor()
      const other = await context.newPage()
      await other.goto(app.url)
      await other.getByRole('button', { name: 'Log out', exact: true }).click()
      await page.locator('#sign-in-card').waitFor()
    })

    t.test('a log-out waits for no server', async () => {
      await signIn(page, email, password)
      await page.locator('#devices li').waitFor()
      app.child.kill('SIGSTOP')
      await page.getByRole('button', { name: 'Who am I?' }).click()
      await page.getByRole('button', { name: 'Log out', exact: true }).click()
      await page.getByText('Logged out.').waitFor({ timeout: 5000 })
      app.child.kill('SIGCONT')
      await page.locator('body:not([aria-busy="true"])').waitFor()
    })

    t.test('nothing was against the policy, and nothing wider than a small phone', async t => {
      t.same(faults, [])
      const width = await page.evaluate('document.documentElement.scrollWidth')
      t.equal(width, 320)
    })
  })
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.locator('#sign-in-email').fill(email)
  await page.locator('#sign-in-password').fill(password)
  await page.locator('#sign-in-password').press('Enter')
}

/** Of a theft to its end: the first word of each. */
async function verdicts(page: Page, order: string): Promise<(string | undefined)[]> {
  await page.getByLabel(order, { exact: true }).check()
  while ((await page.locator('.moral').count()) === 0) {
    const done = await page.locator('#steps .done').count()
    await page.locator('#steps button').click()
    await page.locator('#steps .done').nth(done).waitFor()
  }
  const words = await page.locator('.verdict b').allTextContents()
  return words.map(word => word.split(/\W/)[0])
}
