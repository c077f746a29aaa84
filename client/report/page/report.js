// Draws the charts of a report from the data in the page. Every text goes into the page as text.
'use strict';

(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const place = (id) => document.getElementById(id);
  const layers = data.layers.length;
  const times = data.times.length;
  const font = getComputedStyle(document.body).fontFamily;
  const is = (value) => value !== null && value !== undefined;
  const number = (value, decimals) => (is(value) ? value.toFixed(decimals) : 'undefined');
  const seconds = (value) => (is(value) ? `${value.toFixed(3)} s` : 'undefined');
  const cellOf = (matrix, layer, time) => (matrix ? matrix[layer * times + time] : null);

  // The edges of the cells: charts have an axis of cells and, over it, one of seconds.
  const half = times > 1 ? (data.times[times - 1] - data.times[0]) / (times - 1) / 2 : 0.5;
  const first = data.times[0] - half;
  const last = data.times[times - 1] + half;

  function readingOf(layer, time) {
    const parts = [data.layers[layer], `${data.times[time].toFixed(3)} s`];
    const score = cellOf(data.score, layer, time);
    parts.push(`${data.scoreName} ${number(score, 4)}`);
    const interval = cellOf(data.halfInterval, layer, time);
    if (is(interval) && is(score)) {
      parts.push(`95 % interval ${number(score - interval, 4)} to ${number(score + interval, 4)}`);
    }
    const p = cellOf(data.pCell, layer, time);
    if (is(p)) parts.push(`family-wise p ${p.toPrecision(2)}`);
    return parts;
  }

  function peakOf(layer) {
    const parts = [data.layers[layer], `depth ${number(data.depth[layer], 3)}`,
      `t_max ${seconds(data.tMax[layer])}`];
    if (data.tMaxLow && is(data.tMaxLow[layer]) && is(data.tMaxHigh[layer])) {
      parts.push(`95 % interval ${seconds(data.tMaxLow[layer])} to ${seconds(data.tMaxHigh[layer])}`);
    }
    return parts;
  }

  const tooltip = {
    renderMode: 'richText', confine: true, transitionDuration: 0,
    textStyle: { fontFamily: font, fontSize: 12 },
  };
  // Over a narrow chart it would hide the cells: there the line below tells the values.
  const tooltipIn = (id, more) => ({ ...tooltip, show: place(id).clientWidth >= 500, ...more });
  // A brace and a bar would be markup of rich text.
  const shown = (parts) => parts.map((part) => part.replace(/[{|}]/g, ' ')).join('\n');
  const axisText = { fontFamily: font, fontSize: 12, color: '#1a1a1a' };
  const axis = (more) => ({
    type: 'value', splitLine: { show: false }, axisLine: { show: true, onZero: false,
      lineStyle: { color: '#1a1a1a' } }, axisTick: { show: true },
    axisLabel: { ...axisText, hideOverlap: true }, nameTextStyle: axisText,
    nameLocation: 'middle', ...more,
  });
  const line = (points, color, width, more) => ({
    type: 'line', data: points, symbol: 'none', silent: true, animation: false,
    lineStyle: { color, width, ...(more || {}) }, tooltip: { show: false },
  });

  // The names that fit beside the rows; the end of a name tells layers apart.
  function nameOf(index) {
    const characters = Array.from(data.layers[index]);
    return characters.length > 16 ? `\u2026${characters.slice(-15).join('')}` : characters.join('');
  }

  // Edges between significant cells and others, as one line with gaps.
  function outline() {
    const points = [];
    const within = (layer, time) => layer >= 0 && layer < layers && time >= 0 && time < times &&
      cellOf(data.pCell, layer, time) <= data.significantP;
    const edge = (x1, y1, x2, y2) => points.push([first + 2 * half * x1, y1 - 0.5],
      [first + 2 * half * x2, y2 - 0.5], [null, null]);
    for (let l = 0; l <= layers; l += 1) {
      for (let t = 0; t <= times; t += 1) {
        if (within(l, t) !== within(l - 1, t)) edge(t, l, t + 1, l);
        if (within(l, t) !== within(l, t - 1)) edge(t, l, t, l + 1);
      }
    }
    return points;
  }

  // Series of the second pair of axes, which lies over the cells.
  const over = { xAxisIndex: 1, yAxisIndex: 1 };

  // The cells of a map of `rows` rows, and the shade of the time before word onset.
  function cellsOf(matrix, rows) {
    const cells = [];
    for (let l = 0; l < rows; l += 1) {
      for (let t = 0; t < times; t += 1) {
        const score = cellOf(matrix, l, t);
        if (is(score)) cells.push([t, l, score]);
      }
    }
    const series = [{
      type: 'heatmap', data: cells, animation: false,
      emphasis: { itemStyle: { borderColor: '#fff', borderWidth: 2 } },
    }];
    if (data.times[0] < 0) {
      const end = Math.min(0, last);
      series.push({ ...line([[first, rows - 0.5], [end, rows - 0.5]], '#fff', 0), ...over,
        areaStyle: { color: '#fff', opacity: 0.3, origin: 'start' }, z: 3 });
      if (last > 0) {
        series.push({ ...line([[0, -0.5], [0, rows - 0.5]], '#fff', 1, { type: 'dashed' }),
          ...over, z: 3 });
      }
    }
    return series;
  }

  // The one scale of colours, beside a chart of so many pixels.
  const colorBar = (height) => ({
    type: 'continuous', seriesIndex: 0, dimension: 2, min: data.scale.low, max: data.scale.high,
    inRange: { color: data.scale.colors }, right: 0, top: 'middle', itemHeight: height * 0.55,
    itemWidth: 12, hoverLink: false, textStyle: axisText,
    text: [number(data.scale.high, 3), number(data.scale.low, 3)],
  });

  // A map of named rows in the one scale of colours.
  function rowsOption(id, names, series, nameFormatter, readOut) {
    const rows = names.length;
    const height = place(id).clientHeight;
    const hidden = { type: 'category', show: false };
    return {
      textStyle: { fontFamily: font }, animation: false,
      grid: { left: 8, right: 66, top: 10, bottom: 28, containLabel: true },
      tooltip: tooltipIn(id, { formatter: (at) => shown(readOut(at.value[1], at.value[0])) }),
      xAxis: [{ ...hidden, data: data.times.map(String) },
        axis({ min: first, max: last, position: 'bottom', name: 'Time after word onset (s)',
          nameGap: 26, axisLabel: { ...axisText, showMinLabel: false, showMaxLabel: false } })],
      yAxis: [{ type: 'category', data: names, axisTick: { show: false },
        axisLabel: { ...axisText, formatter: nameFormatter,
          interval: Math.ceil((rows * 16) / (height - 50)) - 1 } },
      axis({ show: false, min: -0.5, max: rows - 0.5 })],
      visualMap: colorBar(height),
      series,
    };
  }

  function mapOption() {
    const series = cellsOf(data.score, layers);
    if (data.pCell) {
      const edges = outline();
      series.push({ ...line(edges, '#000', 3), ...over, z: 4 });
      series.push({ ...line(edges, '#fff', 1.2), ...over, z: 5 });
    }
    // In thinner rows intervals would hide the scores; the chart of depths has them.
    if (data.tMaxLow && layers <= 32) {
      const bars = [];
      data.tMaxLow.forEach((low, l) => {
        const high = data.tMaxHigh[l];
        if (!is(low) || !is(high)) return;
        bars.push([Math.max(low, first), l], [Math.min(high, last), l], [null, null]);
      });
      series.push({ ...line(bars, '#000', 1.5), ...over, z: 6 });
    }
    const peaks = data.tMax.map((time, l) => [time, l]).filter((peak) => is(peak[0]));
    series.push({
      type: 'scatter', data: peaks, ...over, silent: true, animation: false, z: 7,
      symbolSize: Math.max(3, Math.min(8, 200 / layers)), tooltip: { show: false },
      itemStyle: { color: '#fff', borderColor: '#000', borderWidth: 1, opacity: 1 },
    });
    return rowsOption('map', data.layers, series, (name, index) => nameOf(index), readingOf);
  }

  const folds = data.foldScore ? data.foldScore.length / times : 0;
  const foldReading = (fold, time) => [`fold ${fold + 1}`, `${data.times[time].toFixed(3)} s`,
    `${data.scoreName} ${number(cellOf(data.foldScore, fold, time), 4)}`];
  const foldsOption = () => rowsOption('folds', Array.from({ length: folds }, (_, k) => `fold ${k + 1}`),
    cellsOf(data.foldScore, folds), (name) => name, foldReading);

  function depthOption() {
    const peaks = data.tMax.map((time, l) => [data.depth[l], time, l])
      .filter((peak) => is(peak[0]) && is(peak[1]));
    const series = [];
    if (data.fit) {
      const ends = [Math.min(...data.depth), Math.max(...data.depth)];
      series.push(line(ends.map((depth) => [depth, data.fit.intercept + data.fit.slope * depth]),
        '#7a7a7a', 2));
    }
    if (data.tMaxLow) {
      const bars = [];
      data.tMaxLow.forEach((low, l) => {
        const high = data.tMaxHigh[l];
        if (is(low) && is(high)) bars.push([data.depth[l], low], [data.depth[l], high], [null, null]);
      });
      series.push(line(bars, layers > 30 ? '#9a9a9a' : '#1a1a1a', 1));
    }
    series.push({ type: 'scatter', id: 'peaks', data: peaks, animation: false,
      symbolSize: layers > 30 ? 5 : 8, itemStyle: { color: '#00224e', opacity: 1 } });
    return {
      textStyle: { fontFamily: font }, animation: false,
      grid: { left: 26, right: 14, top: 10, bottom: 28, containLabel: true },
      tooltip: { ...tooltip, formatter: (at) => shown(peakOf(at.value[2])) },
      xAxis: axis({ min: 0, max: Math.max(1, ...data.depth), name: 'Relative depth', nameGap: 26 }),
      yAxis: axis({ scale: true, name: 't_max (s)', nameGap: 40 }),
      series,
    };
  }

  const drawn = globalThis.makeCurves({ data, cellOf, line, axis, axisText, tooltip, font, shown,
    number, is, readingOf });

  function fillTable(place) {
    const table = document.createElement('table');
    const row = (parent, cells, kind) => {
      const line = parent.appendChild(document.createElement('tr'));
      cells.forEach((cell) => {
        line.appendChild(document.createElement(kind)).textContent = cell;
      });
    };
    row(table.createTHead(), ['layer', ...data.times.map((time) => `${time.toFixed(3)} s`)], 'th');
    const body = table.createTBody();
    data.layers.forEach((name, l) => row(body,
      [name, ...data.times.map((_, t) => number(cellOf(data.score, l, t), 4))], 'td'));
    place.replaceChildren(table);
  }

  const box = document.querySelector('.charts');
  box.hidden = false;
  document.querySelector('.still').hidden = true;
  const start = (id, option) => {
    const chart = globalThis.initChart(place(id), null, { renderer: 'svg' });
    chart.setOption(option);
    return chart;
  };
  const map = start('map', mapOption());
  const depth = start('depth', depthOption());
  const cell = { layer: data.best ? data.best.layer : 0, time: data.best ? data.best.time : 0 };
  const curves = start('curves', drawn.option(cell.layer));
  place('curves-key').textContent = drawn.key();
  const charts = { map, depth, curves };
  if (folds > 0) {
    place('folds').hidden = false;
    place('fold-reading').hidden = false;
    charts.folds = start('folds', foldsOption());
  }

  function choose(layer, time, parts) {
    const changed = layer !== cell.layer;
    cell.layer = layer;
    cell.time = time;
    place('reading').textContent = (parts || readingOf(layer, time)).join(', ');
    if (!changed) return;
    curves.setOption(drawn.option(layer), { replaceMerge: ['series'] });
    if (generalisation) generalisation.show(layer);
  }

  let shownCell = null;  // what the keys highlighted
  function hideCell() {
    if (shownCell === null) return;
    map.dispatchAction({ type: 'downplay', seriesIndex: 0, dataIndex: shownCell });
    shownCell = null;
  }

  // Where the data of the chart have the cell: cells without a score are left out.
  function showCell() {
    const filled = data.score.slice(0, cell.layer * times + cell.time).filter(is).length;
    map.dispatchAction({ type: 'downplay', seriesIndex: 0 });
    if (is(cellOf(data.score, cell.layer, cell.time))) {
      shownCell = filled;
      map.dispatchAction({ type: 'highlight', seriesIndex: 0, dataIndex: filled });
      map.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: filled });
    }
  }

  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  function onKeys(id, act) {
    place(id).addEventListener('keydown', (event) => {
      const step = steps[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      act(step);
    });
  }
  const generalisation = data.timeGeneralisation ? globalThis.makeGeneralisation({ data, place, axis,
    axisText, line, over, font, tooltipIn, shown, number, is, colorBar, start, onKeys,
    layer: cell.layer }) : null;
  if (generalisation) charts.generalisation = generalisation.chart;
  onKeys('map', ([up, right]) => {
    choose(within(cell.layer + up, layers), within(cell.time + right, times));
    showCell();
  });
  onKeys('curves', ([up, right]) => {
    choose(within(cell.layer + up, layers), within(cell.time + right, times));
    const index = curves.getOption().series.length - 1;
    curves.dispatchAction({ type: 'showTip', seriesIndex: index, dataIndex: cell.time });
  });
  onKeys('depth', ([up, right]) => {
    const layer = within(cell.layer + (up || right), layers);
    choose(layer, cell.time, peakOf(layer));
  });
  const foldCell = { fold: 0, time: cell.time };
  function chooseFold(fold, time) {
    Object.assign(foldCell, { fold, time });
    place('fold-reading').textContent = foldReading(fold, time).join(', ');
  }
  onKeys('folds', ([up, right]) => chooseFold(within(foldCell.fold + up, folds),
    within(foldCell.time + right, times)));
  if (charts.folds) {
    ['mouseover', 'click'].forEach((event) => charts.folds.on(event, { seriesIndex: 0 },
      (at) => chooseFold(at.value[1], at.value[0])));
  }
  map.on('mouseover', { seriesIndex: 0 }, (at) => {
    hideCell();
    choose(at.value[1], at.value[0]);
  });
  map.on('click', { seriesIndex: 0 }, (at) => choose(at.value[1], at.value[0]));
  depth.on('mouseover', { seriesId: 'peaks' },
    (at) => choose(at.value[2], cell.time, peakOf(at.value[2])));

  place('cells').addEventListener('toggle', (event) => {
    const target = event.target.querySelector('.wide');
    if (event.target.open && !target.hasChildNodes()) fillTable(target);
  });
  // Saves the figure, or a chart as it is on the page.
  function save(name) {
    const svg = name === 'figure'
      ? new XMLSerializer().serializeToString(document.querySelector('.still svg'))
      : charts[name].renderToSVGString();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    link.download = name === 'figure' ? 'brainalign.svg' : `brainalign-${name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  document.querySelectorAll('[data-save]').forEach((button) => {
    button.addEventListener('click', () => save(button.dataset.save));
  });

  // Without a clipboard the text is selected, so that the keys for copying copy it.
  async function copy(id) {
    let told = 'Copied.';
    try {
      await navigator.clipboard.writeText(place(id).textContent);
    } catch {
      getSelection().selectAllChildren(place(id));
      told = 'The text is selected. Copy it with Ctrl+C.';
    }
    place('copied').textContent = told;
  }
  document.querySelectorAll('[data-copy]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => copy(button.dataset.copy));
  });
  globalThis.addEventListener('resize', () => Object.values(charts).forEach((c) => c.resize()));
  document.body.dataset.charts = 'drawn';
  performance.mark('charts-drawn');
})();
