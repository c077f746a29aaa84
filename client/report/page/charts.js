// The parts of ECharts that reports use.
import { init, use } from 'echarts/core';
import { HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([
  HeatmapChart, LineChart, ScatterChart, GridComponent, TooltipComponent,
  VisualMapContinuousComponent, SVGRenderer,
]);
globalThis.initChart = init;
