// The curves of all layers over time, with the layer that was read last in front.
'use strict';

// `kit`: the data of the page, and what report.js draws charts with.
globalThis.makeCurves = (kit) => {
  const { data, cellOf, line, axis, axisText, tooltip, font, shown, number, is, readingOf } = kit;
  const layers = data.layers.length;
  const times = data.times.length;

  function colorAt(share) {
    const place = share * (data.scale.colors.length - 1);
    return data.scale.colors[Math.round(place)];
  }

  // What lies behind the curves: the time before word onset, and scores that nulls reach.
  function behindCurves() {
    const series = [];
    if (data.times[0] < 0) {
      series.push({ ...line([[data.times[0], 1], [Math.min(0, data.times[times - 1]), 1]], '#000', 0),
        yAxisIndex: 1, z: 0, areaStyle: { color: '#000', opacity: 0.06, origin: 'start' } });
    }
    if (is(data.familywiseThreshold)) {
      series.push({ ...line([data.times[0], data.times[times - 1]].map((time) =>
        [time, data.familywiseThreshold]), '#555', 1, { type: 'dotted' }), z: 0,
      areaStyle: { color: '#00224e', opacity: 0.09, origin: 'start' } });
    }
    return series;
  }

  function keyOfCurves() {
    const key = ['Red: the layer that was read last'];
    key[0] += data.halfInterval ? ', with its 95 % interval.' : '.';
    key.push('Other layers from dark (first) to light (last).');
    if (data.times[0] < 0) key.push('Grey, left: before word onset.');
    if (is(data.familywiseThreshold)) {
      key.push(`Blue band: scores up to ${number(data.familywiseThreshold, 4)}, which the largest ` +
        'score of 5 % of the nulls exceeds. A score above it has a family-wise p of at most 0.05.');
    }
    return key.join(' ');
  }

  function curvesOption(chosen) {
    const series = behindCurves();
    for (let l = 0; l < layers; l += 1) {
      if (l === chosen) continue;
      // Brighter colours are too light for a line on white: 0.6 has a contrast of 3.3 to 1.
      series.push(line(data.times.map((time, t) => [time, cellOf(data.score, l, t)]),
        colorAt(layers > 1 ? (0.6 * l) / (layers - 1) : 0), 1, { opacity: 0.8 }));
    }
    const best = data.times.map((time, t) => [time, cellOf(data.score, chosen, t)]);
    if (data.halfInterval) {
      [1, -1].forEach((sign) => series.push(line(best.map(([time, score], t) => {
        const interval = cellOf(data.halfInterval, chosen, t);
        return [time, is(score) && is(interval) ? score + sign * interval : null];
      }), '#b03a2e', 1, { type: 'dashed' })));
    }
    series.push({ ...line(best, '#b03a2e', 2.5), id: 'chosen', silent: false,
      tooltip: { show: true } });
    return {
      textStyle: { fontFamily: font }, animation: false,
      grid: { left: 26, right: 20, top: 14, bottom: 28, containLabel: true },
      tooltip: { ...tooltip, trigger: 'axis', formatter: (at) => {
        const time = at.length > 0 ? at[0].dataIndex : 0;
        return shown(readingOf(chosen, time));
      } },
      xAxis: axis({ min: data.times[0], max: data.times[times - 1], nameGap: 26,
        name: 'Time after word onset (s)',
        axisLabel: { ...axisText, showMinLabel: false, showMaxLabel: false } }),
      yAxis: [axis({ name: data.scoreName, nameGap: 48, scale: true }),
        axis({ show: false, min: 0, max: 1 })],
      series,
    };
  }

  return { option: curvesOption, key: keyOfCurves };
};
