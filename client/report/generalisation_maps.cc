#include "client/report/generalisation_maps.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brainalign {
namespace {

constexpr std::size_t kMostTimes = 84;
constexpr std::size_t kBytesOfCell = 2;
constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// `count` layers from the first to the last at even distances, with `best` for the nearest of them.
std::vector<std::size_t> SpreadLayers(std::size_t layers, std::size_t count, std::size_t best) {
  if (count == 1) return {best};
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back((2 * i * (layers - 1) + count - 1) / (2 * (count - 1)));
  }
  const auto distance = [best](std::size_t layer) {
    return layer > best ? layer - best : best - layer;
  };
  *std::min_element(chosen.begin(), chosen.end(),
                    [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); }) = best;
  return chosen;
}

// The mean of what is defined of some cells of one layer; NaN of nothing.
double MeanOfCells(const ReportData& data, std::size_t layer, std::size_t first_row,
                   std::size_t first_column, std::size_t merged) {
  const std::size_t times = data.times();
  double sum = 0;
  int count = 0;
  for (std::size_t row = first_row; row < std::min(times, first_row + merged); ++row) {
    for (std::size_t column = first_column; column < std::min(times, first_column + merged);
         ++column) {
      const double score = data.time_generalisation[(layer * times + row) * times + column];
      if (std::isnan(score)) continue;
      sum += score;
      ++count;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

GeneralisationMaps MapsWithin(const ReportData& data, const ColorScale& scale,
                              std::size_t most_bytes) {
  GeneralisationMaps maps;
  const std::size_t times = data.times();
  const std::size_t merged = (times + kMostTimes - 1) / kMostTimes;
  maps.merged_times = merged;
  for (std::size_t first = 0; first < times; first += merged) {
    const std::size_t last = std::min(times, first + merged) - 1;
    // Of times at even distances this is the mean.
    maps.times_seconds.push_back((data.times_seconds[first] + data.times_seconds[last]) / 2);
  }
  const std::size_t bytes = kBytesOfCell * maps.times_seconds.size() * maps.times_seconds.size();
  const auto best = BestCell(data);
  maps.layers =
      SpreadLayers(data.layers(), std::clamp<std::size_t>(most_bytes / bytes, 1, data.layers()),
                   best.has_value() ? best->first : 0);
  for (const std::size_t layer : maps.layers) {
    std::string cells;
    cells.reserve(bytes);
    for (std::size_t row = 0; row < times; row += merged) {
      for (std::size_t column = 0; column < times; column += merged) {
        const double score = MeanOfCells(data, layer, row, column, merged);
        const int code =
            std::isnan(score)
                ? GeneralisationMaps::kNoCode
                : static_cast<int>(std::lround(std::clamp(scale.ShareOf(score), 0.0, 1.0) *
                                               GeneralisationMaps::kMostCode));
        cells += kDigits[code / 64];
        cells += kDigits[code % 64];
      }
    }
    maps.cells.push_back(std::move(cells));
  }
  return maps;
}

}  // namespace brainalign
