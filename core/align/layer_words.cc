#include "core/align/layer_words.h"

#include <algorithm>

namespace brainalign {
namespace {

// Sets the rows of `rows` one range after the other to what `of_range` returns for each.
template <typename OfRange>
Matrix RowsOfRanges(const PositionRanges& ranges, Eigen::Index columns, const OfRange& of_range) {
  Matrix rows(CountOf(ranges), columns);
  Eigen::Index row = 0;
  for (const auto& [begin, end] : ranges) {
    of_range(begin, end - begin, rows.middleRows(row, end - begin));
    row += end - begin;
  }
  return rows;
}

}  // namespace

PositionRanges RangesOf(std::vector<std::int32_t> positions) {
  std::sort(positions.begin(), positions.end());
  return RunsOf(positions);
}

PositionRanges RunsOf(const std::vector<std::int32_t>& positions) {
  PositionRanges ranges;
  for (const std::int32_t position : positions) {
    if (ranges.empty() || ranges.back().second != position) ranges.emplace_back(position, position);
    ++ranges.back().second;
  }
  return ranges;
}

Eigen::Index CountOf(const PositionRanges& ranges) {
  Eigen::Index count = 0;
  for (const auto& [begin, end] : ranges) count += end - begin;
  return count;
}

Matrix ReadRows(const ActivationColumns<double>& columns, int fold, const PositionRanges& ranges,
                int begin, int end) {
  RowMatrix<double> storage;
  return RowsOfRanges(ranges, end - begin, [&](std::int32_t first, std::int32_t count, auto rows) {
    if (columns.projected()) {
      rows = columns.Columns(fold, begin, end, storage).middleRows(first, count);
    } else {
      rows = columns.Rows(first, count, begin, end, storage);
    }
  });
}

Matrix RowsAt(const Eigen::Ref<const Matrix>& values, const PositionRanges& ranges) {
  return RowsOfRanges(ranges, values.cols(),
                      [&](std::int32_t first, std::int32_t count, auto rows) {
                        rows = values.middleRows(first, count);
                      });
}

}  // namespace brainalign
