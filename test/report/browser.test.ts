/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodePng } from '../../src/images/png.js'
import { reportPage } from '../../src/report/html/page.js'
import type { ReportPicture } from '../../src/report/pictures.js'
import { collected, manyModels } from './run-records.js'

const executable = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const image = (grey: number) => ({
  type: 'image/png' as const,
  base64: encodePng({ width: 60, height: 40, data: new Uint8Array(3 * 60 * 40).fill(grey) }).toString(
    'base64',
  ),
  width: 60,
  height: 40,
})
const picture: ReportPicture = {
  title: 'filters.png: layer 0, mismatch',
  test: 'learns edges',
  actual: image(200),
  reference: image(50),
  difference: image(128),
}

describe.skipIf(executable === undefined)('in Chromium (skipped where there is none: CHROMIUM_PATH)', () => {
  let browser: Browser
  let folder: string
  const file = (name: string) => `file://${join(folder, name)}`
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'))
    const small = collected(manyModels(2, 44, (i) => `model ${i} <script>throw new Error('ran')</script>`))
    writeFileSync(
      join(folder, 'small.html'),
      reportPage(small, () => [picture]),
    )
    writeFileSync(
      join(folder, 'large.html'),
      reportPage(collected(manyModels(40, 40)), () => []),
    )
    browser = await chromium.launch({ executablePath: executable!, args })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  async function open(
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage(options)
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (request) => /^(file|data):/.test(request.url()) || problems.push(request.url()))
    await page.goto(file(name))
    return { page, problems }
  }

  test('opens from a file, without an error or a request, with its curves', async () => {
    const { page, problems } = await open('small.html')
    expect(problems).toEqual([])
    expect(await page.title()).toBe('1 of 2 models failed · vitest-recipe')
    const paths = await page
      .locator('figure svg path[fill="none"]')
      .evaluateAll((all) => all.map((path) => path.getAttribute('d')!))
    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths) expect(path.match(/[ML]/g)).toHaveLength(100)
    await page.close()
  })

  test('the slider moves the border between before and now', async () => {
    const { page } = await open('small.html')
    const clip = () =>
      page
        .locator('.before')
        .first()
        .evaluate((one) => getComputedStyle(one).clipPath)
    expect(await clip()).toMatch(/50%/)
    await page.locator('input[type=range]').first().fill('20')
    expect(await clip()).toMatch(/80%/)
    await page.close()
  })

  test('without JavaScript both pictures are there, side by side', async () => {
    const { page } = await open('small.html', { javaScriptEnabled: false })
    const boxes = await page
      .locator('.model[open] .pair img')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left))
    expect(new Set(boxes).size).toBe(2)
    expect(await page.locator('.model[open] input').count()).toBe(0)
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    '%s: text can be told from its ground, 4.5 to 1',
    async (colorScheme) => {
      const { page } = await open('small.html', { colorScheme })
      const contrasts = await page.evaluate(() => {
        const luminance = (color: string) => {
          const [r, g, b] = color.match(/[\d.]+/g)!.map((channel) => {
            const share = Number(channel) / 255
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
          })
          return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
        }
        const ground = (one: Element): string => {
          const color = getComputedStyle(one).backgroundColor
          return color !== 'rgba(0, 0, 0, 0)' || !one.parentElement ? color : ground(one.parentElement)
        }
        return [
          ...document.querySelectorAll(
            'h1, h2, h3, p, td, th, b, .soft, .failed, .passed, .skipped, .untested, a, dt',
          ),
        ].map((one) => {
          const [a, b] = [luminance(getComputedStyle(one).color), luminance(ground(one))]
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
        })
      })
      expect(Math.min(...contrasts)).toBeGreaterThan(4.5)
      await page.close()
    },
  )

  test('320 pixels wide: nothing to scroll sideways', async () => {
    const { page } = await open('small.html', { viewport: { width: 320, height: 640 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    await page.close()
  })

  test('by keyboard: models open, sliders move; every picture has a text', async () => {
    const { page } = await open('small.html')
    const passed = page.locator('.model').nth(1)
    await passed.locator('> summary').focus()
    await page.keyboard.press('Enter')
    expect(await passed.getAttribute('open')).not.toBeNull()
    await page.locator('input[type=range]').first().focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('input[type=range]').first().inputValue()).toBe('51')
    expect(await page.locator('img:not([alt]), img[alt=""]').count()).toBe(0)
    await page.close()
  })

  test('40 models of 40 checks open in two seconds, and a link opens its model', async () => {
    const started = performance.now()
    const { page, problems } = await open('large.html')
    expect(performance.now() - started).toBeLessThan(2000)
    expect(problems).toEqual([])
    await page.goto(`${file('large.html')}#model-30`)
    expect(await page.locator('#model-30').getAttribute('open')).not.toBeNull()
    await page.close()
  })
})
