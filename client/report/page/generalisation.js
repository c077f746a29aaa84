// The map of time generalisation: the regression of each time (rows) scored at every time (columns).
'use strict';

// Draws the map of one layer and tells its values. `kit`: the data of the page, and what report.js
// draws charts with.
globalThis.makeGeneralisation = (kit) => {
  const { data, place, axis, axisText, line, over, shown, number, is } = kit;
  const held = data.timeGeneralisation;
  const count = held.times.length;
  const half = count > 1 ? (held.times[count - 1] - held.times[0]) / (count - 1) / 2 : 0.5;
  const first = held.times[0] - half;
  const last = held.times[count - 1] + half;
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const values = new Map(Array.from(digits, (digit, value) => [digit, value]));

  // The layer with a map that is nearest to `layer`, as its place among those.
  function nearest(layer) {
    let found = 0;
    held.layers.forEach((other, i) => {
      if (Math.abs(other - layer) < Math.abs(held.layers[found] - layer)) found = i;
    });
    return found;
  }

  // (count * count) of a layer; null where there is no score.
  function scoresOf(index) {
    const cells = held.cells[index];
    return Array.from({ length: count * count }, (_, i) => {
      const code = values.get(cells[2 * i]) * 64 + values.get(cells[2 * i + 1]);
      return code > held.mostCode ? null
        : data.scale.low + (data.scale.high - data.scale.low) * (code / held.mostCode);
    });
  }

  const cell = { train: 0, test: 0 };
  let index = 0;
  let scores = [];
  const seconds = (time) => `${held.times[time].toFixed(3)} s`;
  const readingOf = (train, test) => [data.layers[held.layers[index]], `fitted at ${seconds(train)}`,
    `scored at ${seconds(test)}`, `${data.scoreName} ${number(scores[train * count + test], 3)}`];

  function best() {
    let at = -1;
    scores.forEach((score, i) => { if (is(score) && (at < 0 || score > scores[at])) at = i; });
    return at;
  }

  // What the map of the layer shows, in a sentence.
  function summary() {
    const at = best();
    if (at < 0 || !(scores[at] > 0)) return 'No score is above 0.';
    const train = Math.floor(at / count);
    const row = scores.slice(train * count, (train + 1) * count);
    const isHigh = (test) => is(row[test]) && row[test] >= scores[at] / 2;
    let [from, to] = [at % count, at % count];
    while (from > 0 && isHigh(from - 1)) from -= 1;
    while (to < count - 1 && isHigh(to + 1)) to += 1;
    return `The largest score is ${number(scores[at], 3)}, of the regression of ${seconds(train)} scored ` +
      `at ${seconds(at % count)}. This regression has at least half of it from ${seconds(from)} to ` +
      `${seconds(to)}.`;
  }

  function key() {
    const parts = ['Colours as in the map above. Dashed: both times are the same.'];
    if (held.times[0] < 0) parts.push('Thin lines: word onset.');
    if (held.mergedTimes > 1) {
      parts.push(`Means over ${held.mergedTimes} neighbouring times, so that the page stays small.`);
    }
    if (held.layers.length < data.layers.length) {
      parts.push(`The page holds the maps of ${held.layers.length} of ${data.layers.length} layers; ` +
        'it shows that of the layer nearest to the chosen one.');
    }
    return parts.join(' ');
  }

  function option() {
    const cells = [];
    scores.forEach((score, i) => {
      if (is(score)) cells.push([i % count, Math.floor(i / count), score]);
    });
    const series = [{ type: 'heatmap', data: cells, animation: false,
      emphasis: { itemStyle: { borderColor: '#fff', borderWidth: 2 } } },
    { ...line([[first, first], [last, last]], '#fff', 1, { type: 'dashed' }), ...over, z: 3 }];
    if (first < 0 && last > 0) {
      series.push({ ...line([[0, first], [0, last], [null, null], [first, 0], [last, 0]], '#fff', 0.7),
        ...over, z: 3 });
    }
    const hidden = { type: 'category', show: false, data: held.times.map(String) };
    const seen = { min: first, max: last,
      axisLabel: { ...axisText, showMinLabel: false, showMaxLabel: false } };
    return {
      textStyle: { fontFamily: kit.font }, animation: false,
      grid: { left: 26, right: 66, top: 10, bottom: 28, containLabel: true },
      tooltip: kit.tooltipIn('generalisation', {
        formatter: (at) => shown(readingOf(at.value[1], at.value[0])) }),
      xAxis: [hidden, axis({ ...seen, position: 'bottom', nameGap: 26,
        name: 'Time of the score, after word onset (s)' })],
      yAxis: [hidden, axis({ ...seen, position: 'left', nameGap: 40, name: 'Time of the fit (s)' })],
      visualMap: kit.colorBar(place('generalisation').clientHeight),
      series,
    };
  }

  function choose(train, test) {
    Object.assign(cell, { train, test });
    place('generalisation-reading').textContent = readingOf(train, test).join(', ');
  }

  // Where the data of the chart have the cell: cells without a score are left out.
  function highlight() {
    const at = cell.train * count + cell.test;
    chart.dispatchAction({ type: 'downplay', seriesIndex: 0 });
    if (!is(scores[at])) return;
    const dataIndex = scores.slice(0, at).filter(is).length;
    chart.dispatchAction({ type: 'highlight', seriesIndex: 0, dataIndex });
    chart.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex });
  }

  function load(layer) {
    index = nearest(layer);
    scores = scoresOf(index);
    const at = Math.max(0, best());
    Object.assign(cell, { train: Math.floor(at / count), test: at % count });
    place('generalisation-title').textContent =
      `Time generalisation of ${data.layers[held.layers[index]]}: ${data.scoreName} by time of the fit ` +
      'and of the score';
    place('generalisation-summary').textContent = summary();
  }

  load(kit.layer);
  place('generalisation-key').textContent = key();
  place('generalisation-section').hidden = false;
  const chart = kit.start('generalisation', option());
  const within = (value) => Math.max(0, Math.min(count - 1, value));
  kit.onKeys('generalisation', ([up, right]) => {
    choose(within(cell.train + up), within(cell.test + right));
    highlight();
  });
  ['mouseover', 'click'].forEach((event) => chart.on(event, { seriesIndex: 0 },
    (at) => choose(at.value[1], at.value[0])));

  return {
    chart,
    // Shows the map of a layer, or of the nearest that has one.
    show(layer) {
      if (nearest(layer) === index) return;
      load(layer);
      place('generalisation-reading').textContent = '';
      chart.setOption(option(), { replaceMerge: ['series'] });
    },
  };
};
