// Chromium without a window, for tests. It ends with the process, or with the test that has started it.
import { accessSync, constants } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import type t from 'tap'

type Test = Pick<typeof t, 'teardown'>

interface Options {
  /** Where names of hosts lead, such as `MAP *.example.test 127.0.0.1`. */
  readonly hosts?: string
  /** Keeps pages that are left, for the way back, as browsers do and Playwright does not. */
  readonly keepsPages?: boolean
}

interface ProfileOptions extends Options {
  /** Whether pages that are embedded in other sites get cookies. Default: as the browser is built. */
  readonly thirdPartyCookies?: 'allowed' | 'blocked'
  /** Takes certificates that nobody trusts. */
  readonly acceptAll?: boolean
}

/** Browsers by their options: the files that run in one process share them. */
const launched = new Map<string, Promise<Browser>>()

/** A browser that forgets everything. Each context in it has a cookie jar of its own. */
export function launchBrowser(test: Test, options: Options = {}): Promise<Browser> {
  const key = JSON.stringify(options)
  const browser = launched.get(key) ?? chromium.launch(launchOptions(options))
  if (!launched.has(key)) {
    launched.set(key, browser)
    test.teardown(async () => (await browser).close())
  }
  return browser
}

/** A browser that keeps cookies, storage and cache in a folder, as a user's does from one start to the next. */
export async function launchProfile(
  test: Test,
  folder: string,
  options: ProfileOptions = {},
): Promise<BrowserContext> {
  await writePreferences(folder, options)
  const context = await chromium.launchPersistentContext(folder, {
    ...launchOptions(options),
    ignoreHTTPSErrors: options.acceptAll ?? false,
  })
  test.teardown(() => context.close())
  return context
}

async function writePreferences(folder: string, { thirdPartyCookies }: ProfileOptions): Promise<void> {
  if (thirdPartyCookies !== undefined) {
    const mode = thirdPartyCookies === 'blocked' ? 1 : 0
    await mkdir(`${folder}/Default`, { recursive: true })
    await writeFile(
      `${folder}/Default/Preferences`,
      JSON.stringify({ profile: { cookie_controls_mode: mode } }),
    )
  }
}

/** Ends a browser as a crash does: it writes nothing any more. Resolves once its folder can be used again. */
export async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const pid = processInfo.find(({ type }) => type === 'browser')?.id
  if (pid === undefined) {
    throw new Error('The browser does not say which process it is')
  }
  const closed = new Promise<void>(resolve => context.once('close', () => resolve()))
  process.kill(pid, 'SIGKILL')
  await closed
}

function launchOptions({ hosts, keepsPages = false }: Options): LaunchOptions {
  return {
    ...(keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
    executablePath: chromiumPath(),
    headless: true,
    // Its sandbox does not work for root, as which containers run.
    chromiumSandbox: process.getuid?.() !== 0,
    args: hosts === undefined ? [] : [`--host-resolver-rules=${hosts}`],
  }
}

/** The first that is there; as in scripts/ensure-tools.mjs. */
function chromiumPath(): string {
  const paths = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]
  for (const path of paths) {
    if (path && isExecutable(path)) {
      return path
    }
  }
  throw new Error('No Chromium: run `node scripts/ensure-tools.mjs`, or set CHROMIUM_PATH')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
