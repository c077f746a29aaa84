// Opens reports in Chromium without a network: node open_reports.mjs BRAINALIGN CHROMIUM FOLDER
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
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
  const context = await browser.newContext({ offline: true, viewport, hasTouch: true,
    permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(180000);  // of a machine that does other work as well
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

// The milliseconds from the start of the navigation until something and until the charts were drawn.
// They are printed: a limit on them would fail where the machine is busy.
async function paintTimes(page, isDrawn) {
  const paint = await page.waitForFunction(() =>
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const drawn = isDrawn
    ? await page.evaluate(() => performance.getEntriesByName('charts-drawn')[0].startTime) : NaN;
  return { paint: await paint.jsonValue(), drawn };
}

// What axe-core finds serious or critical, by the rules of WCAG 2.1 A and AA and its own.
async function seriousFaults(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  return found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 90)).join(' | ')}`);
}

const text = (page, id) => page.locator(`#${id}`).textContent();

// The page has four digits of a score, which it shows with four decimals: one rounding after another.
function assertTells(said, pattern, expected) {
  const told = Number((said.match(pattern) ?? [])[1]);
  assert.ok(Math.abs(told - expected) <= 0.6e-4, `${said}, and not ${expected}`);
}

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
    assert.ok(said.includes(result.layer_names[layer].slice(0, 5)) || said.includes('\\'), said);
    if (score === null) assert.ok(said.includes('Pearson r undefined'), said);
    else assertTells(said, /Pearson r (-?[\d.]+)/, score);
    if (score === null || !result.uncertainty) continue;
    const half = result.uncertainty.t_quantile * result.uncertainty.se_refit[layer][time];
    assertTells(said, /interval (-?[\d.]+)/, score - half);
    assertTells(said, /interval -?[\d.]+ to (-?[\d.]+)/, score + half);
    assertTells(said, /family-wise p ([\d.]+)/,
      result.uncertainty.no_relation.p_familywise[layer][time]);
  }
}

// The cell of the result that the page tells, or nothing.
function cellTold(said, result) {
  const time = result.times.findIndex((at) => said.includes(`, ${at.toFixed(3)} s, `));
  const score = (said.match(/Pearson r (-?[\d.]+)/) ?? [])[1];
  return time >= 0 && result.score.some((row) => row[time] === null ? score === undefined
    : Math.abs(row[time] - Number(score)) <= 0.6e-4);
}

// Points along the map, and touches it: what is read is a cell of the result. Not every place has a
// score, and the words over the chart can hide some.
async function pointAndTouch(page, result) {
  const box = await page.locator('#map').boundingBox();
  for (const go of [(x, y) => page.mouse.move(x, y), (x, y) => page.touchscreen.tap(x, y)]) {
    await page.evaluate(() => { document.getElementById('reading').textContent = ''; });
    for (const share of [0.4, 0.75, 0.35, 0.7, 0.5, 0.6]) {
      await go(box.x + box.width * share, box.y + box.height * (0.25 + share / 2));
    }
    await page.waitForFunction(() => document.getElementById('reading').textContent !== '');
    const said = await text(page, 'reading');
    assert.ok(cellTold(said, result), said);
  }
}

// The folds are those of the layer with the best score.
async function walkFolds(page, result) {
  if (!result.score_per_fold) {
    assert.ok(!await page.locator('#folds').isVisible());
    return;
  }
  const highest = result.score.map((row) => Math.max(...row));
  const layer = highest.indexOf(Math.max(...highest));
  let time = result.score[layer].indexOf(highest[layer]);
  await page.locator('#folds').focus();
  for (const [step, key] of ['ArrowUp', 'ArrowLeft', 'ArrowUp'].entries()) {
    await page.keyboard.press(key);
    time = Math.max(0, time - (key === 'ArrowLeft' ? 1 : 0));
    const fold = step === 2 ? 2 : 1;
    const said = await text(page, 'fold-reading');
    assert.ok(said.includes(`fold ${fold + 1}, ${result.times[time].toFixed(3)} s`), said);
    assertTells(said, /Pearson r (-?[\d.]+)/, result.score_per_fold[fold][layer][time]);
  }
}

// The map of the layer that was read last; values are means where times are merged.
async function walkGeneralisation(page, result) {
  if (!result.time_generalisation) {
    assert.ok(!await page.locator('#generalisation').isVisible());
    return;
  }
  const merged = result.times.length > 84 ? 2 : 1;
  const mean = (layer, row, column) => {
    let sum = 0;
    for (let i = 0; i < merged; i += 1) {
      for (let j = 0; j < merged; j += 1) {
        sum += result.time_generalisation[layer][merged * row + i][merged * column + j];
      }
    }
    return sum / merged ** 2;
  };
  await page.locator('#map').focus();
  for (let l = 0; l < result.layer_names.length; l += 1) await page.keyboard.press('ArrowDown');
  for (const layer of [0, 1]) {
    if (layer > 0) await page.keyboard.press('ArrowUp');
    assert.ok((await text(page, 'generalisation-title')).includes(result.layer_names[layer]));
    assert.match(await text(page, 'generalisation-summary'), /The largest score is [\d.]+/);
  }
  await page.locator('#generalisation').focus();
  for (let t = 0; t < result.times.length; t += 1) {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
  }
  for (const [key, row, column] of [['ArrowUp', 1, 0], ['ArrowRight', 1, 1], ['ArrowRight', 1, 2]]) {
    await page.keyboard.press(key);
    const said = await text(page, 'generalisation-reading');
    const time = (at) => ((result.times[merged * at] + result.times[merged * at + merged - 1]) / 2);
    assert.ok(said.includes(`${result.layer_names[1]}, fitted at `), said);
    const told = said.match(/fitted at (-?[\d.]+) s, scored at (-?[\d.]+) s, Pearson r (-?[\d.]+)/);
    assert.ok(Math.abs(Number(told[1]) - time(row)) < 1e-3, said);
    assert.ok(Math.abs(Number(told[2]) - time(column)) < 1e-3, said);
    assert.ok(Math.abs(Number(told[3]) - mean(1, row, column)) < 0.7e-3, said);
  }
}

// Every chart and the figure can be saved, with their texts as texts.
async function saveAll(page, result) {
  const charts = [['figure', 'brainalign.svg'], ['map', 'brainalign-map.svg'],
    ['depth', 'brainalign-depth.svg'], ['curves', 'brainalign-curves.svg']];
  if (result.time_generalisation) charts.push(['generalisation', 'brainalign-generalisation.svg']);
  for (const [what, name] of charts) {
    const waited = page.waitForEvent('download');
    await page.locator(`[data-save=${what}]`).click();
    const download = await waited;
    assert.equal(download.suggestedFilename(), name);
    const svg = readFileSync(await download.path(), 'utf8');
    assert.match(svg, /^<svg [^]*<text [^]*<\/svg>\s*$/, name);
  }
}

async function copyMethods(page) {
  await page.locator('#methods summary').click();
  for (const id of ['methods-text', 'references']) {
    await page.evaluate(() => { document.getElementById('copied').textContent = ''; });
    await page.locator(`[data-copy=${id}]`).click();
    await page.waitForFunction(() => document.getElementById('copied').textContent !== '');
    const copied = (await text(page, 'copied')).startsWith('Copied')
      ? await page.evaluate(() => navigator.clipboard.readText())
      : await page.evaluate(() => getSelection().toString());
    assert.equal(copied.trim(), (await text(page, id)).trim());
  }
}

// Texts of a PDF are texts in a font of outlines, and the page has the width of a journal's columns.
function checkPdf(name) {
  try {
    execFileSync('pdffonts', ['-v'], { stdio: 'ignore' });
    execFileSync('rsvg-convert', ['--version'], { stdio: 'ignore' });
  } catch {
    console.log('PDF not checked: it needs poppler-utils and librsvg2-bin');
    return;
  }
  const path = `${folder}/${name}`;
  for (const [width, millimetres] of [['single', 89], ['double', 183]]) {
    execFileSync(program, ['report', `${path}.json`, '--pdf', `${path}.pdf`, '--figure-width', width,
      '--quiet']);
    const run = (tool, ...more) => execFileSync(tool, [`${path}.pdf`, ...more], { encoding: 'utf8' });
    assert.match(run('pdffonts'), /TrueType|CID/);
    assert.doesNotMatch(run('pdffonts'), /Type 3/);
    assert.ok(run('pdftotext', '-').includes('Time after word onset (s)'));
    const points = Number(run('pdfinfo').match(/Page size:\s+([\d.]+)/)[1]);
    assert.ok(Math.abs(points / 72 * 25.4 - millimetres) < 0.1, `${points} points`);
  }
}

async function check(browser, name, shape) {
  const result = makeResult(shape);
  const path = makeReport(name, result);
  assert.ok(statSync(path).size <= mostBytes, `${name} has ${statSync(path).size} bytes`);
  for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
    const { context, page, complaints } = await open(browser, path, viewport);
    const drawn = await page.evaluate(() => document.body.dataset.charts === 'drawn');
    const times = await paintTimes(page, drawn);
    console.log(`${name} at ${viewport.width} px: first paint after ${times.paint.toFixed(0)} ms, ` +
      `charts after ${times.drawn.toFixed(0)} ms`);
    if (drawn) {
      for (const id of ['map', 'depth', 'curves']) {
        const box = await page.locator(`#${id}`).boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, `${id} of ${name} is cut off`);
        assert.ok(id === 'curves' || box.y + box.height <= viewport.height,
          `${id} of ${name} is below the first screen of ${viewport.width} px: ${box.y + box.height}`);
      }
      await walk(page, result);
      await pointAndTouch(page, result);
      await walkFolds(page, result);
      await walkGeneralisation(page, result);
      await page.locator('#depth').focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await text(page, 'reading'), /t_max/);
      if (viewport.width > 1000) {  // the same at every width
        await saveAll(page, result);
        await copyMethods(page);
      }
      // Large charts and tables have no other elements than small ones, and take axe minutes.
      const cellsShown = result.score.length * (result.times.length + 1);
      if (cellsShown < 3000 && viewport.width > 1000 || cellsShown < 1000) {
        assert.deepEqual(await seriousFaults(page), [], name);
      }
      await page.locator('#cells summary').click();
      await page.locator('#cells td').first().waitFor();  // filled when it opens
      assert.equal(await page.locator('#cells td').count(), cellsShown);
      if (cellsShown < 1000) assert.deepEqual(await seriousFaults(page), [], name);
    } else {
      assert.ok(await page.locator('figure svg').isVisible());
      assert.deepEqual(await seriousFaults(page), [], name);
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
  checkPdf('strong');
} finally {
  await browser.close();
}
