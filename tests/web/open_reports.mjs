// Opens reports in Chromium without a network: node open_reports.mjs BRAINALIGN CHROMIUM FOLDER
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { makeResult, results } from './results.mjs';

const [program, browserPath, folder] = process.argv.slice(2);
const mostBytes = 1.2e6;

function makeReport(name, result) {
  const path = `${folder}/${name}`;
  writeFileSync(`${path}.json`, JSON.stringify(result));
  execFileSync(program, ['report', `${path}.json`, '-o', `${path}.html`, '--quiet']);
  return `${path}.html`;
}

async function open(browser, path, viewport) {
  const context = await browser.newContext({ offline: true, viewport });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error}`));
  page.on('request', (request) => {
    if (![pathToFileURL(path).href].includes(request.url()) && !request.url().startsWith('blob:')) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(pathToFileURL(path).href);
  return { context, page, complaints };
}

const text = (page, id) => page.locator(`#${id}`).textContent();

// Walks with the arrow keys and compares what is read with the result.
async function walk(page, result) {
  const { layers, times } = { layers: result.layer_names.length, times: result.times.length };
  const best = { layer: 0, time: 0, score: -Infinity };
  result.score.forEach((row, layer) => row.forEach((score, time) => {
    if (score !== null && score > best.score) Object.assign(best, { layer, time, score });
  }));
  let { layer, time } = best;
  await page.locator('#map').focus();
  const keys = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
  const order = ['ArrowRight', 'ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowLeft'];
  for (let step = 0; step < 20; step += 1) {
    const key = order[step % order.length];
    await page.keyboard.press(key);
    layer = Math.max(0, Math.min(layers - 1, layer + keys[key][0]));
    time = Math.max(0, Math.min(times - 1, time + keys[key][1]));
    const score = result.score[layer][time];
    const said = await text(page, 'reading');
    assert.ok(said.includes(`${result.times[time].toFixed(3)} s`), said);
    const told = Number((said.match(/Pearson r (-?[\d.]+)/) ?? [])[1]);
    if (score === null) assert.ok(said.includes('Pearson r undefined'), said);
    else assert.ok(Math.abs(told - score) <= 1e-4, `${said}, and not ${score}`);
  }
}

// Points at the middle of the map: what is read is a cell of the result.
async function hover(page, result) {
  const box = await page.locator('#map').boundingBox();
  for (const step of [0, 3]) {
    await page.mouse.move(box.x + box.width / 2 + step, box.y + box.height / 2);
  }
  const said = await text(page, 'reading');
  const time = result.times.findIndex((at) => said.includes(`, ${at.toFixed(3)} s, `));
  const score = (said.match(/Pearson r (-?[\d.]+)/) ?? [])[1];
  assert.ok(result.score.some((row) => row[time] === null ? score === undefined
    : Math.abs(row[time] - Number(score)) <= 1e-4), said);
}

async function check(browser, name, shape) {
  const result = makeResult(shape);
  const path = makeReport(name, result);
  assert.ok(statSync(path).size <= mostBytes, `${name} has ${statSync(path).size} bytes`);
  for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
    const { context, page, complaints } = await open(browser, path, viewport);
    const drawn = await page.evaluate(() => document.body.dataset.charts === 'drawn');
    if (drawn) {
      for (const id of ['map', 'depth', 'curves']) {
        const box = await page.locator(`#${id}`).boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, `${id} of ${name} is cut off`);
        assert.ok(id === 'curves' || box.y + box.height <= viewport.height,
          `${id} of ${name} is below the first screen of ${viewport.width} px: ${box.y + box.height}`);
      }
      await walk(page, result);
      await hover(page, result);
      await page.locator('#depth').focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await text(page, 'reading'), /t_max/);
      const saved = page.waitForEvent('download');
      await page.locator('#save').click();
      assert.equal((await saved).suggestedFilename(), 'brainalign.svg');
      await page.locator('#cells summary').click();
      await page.locator('#cells td').first().waitFor();  // filled when it opens
      const cells = await page.locator('#cells td').count();
      assert.equal(cells, result.score.length * (result.times.length + 1));
    } else {
      assert.ok(await page.locator('figure svg').isVisible());
    }
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
    assert.deepEqual(complaints, [], name);
    if (process.env.BRAINALIGN_SCREENSHOTS) {
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${process.env.BRAINALIGN_SCREENSHOTS}/${name}-${viewport.width}.png` });
    }
    await context.close();
  }
  console.log(`${name}: ${statSync(path).size} bytes`);
}

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  for (const [name, shape] of Object.entries(results)) await check(browser, name, shape);
} finally {
  await browser.close();
}
