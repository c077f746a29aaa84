#include "core/regressions/panel_times.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

#include "core/linalg/float_product.h"
#include "core/regressions/panel_loops.h"

namespace brainalign {
namespace {

// Targets whose cross-products are held at a time, and those that are scored at a time. Not
// powers of two: see MultiplyFloat.
constexpr int kColumnsAtOnce = 1008;
constexpr int kPanelColumns = 252;
// Words that are read at a time: a block of targets then stays in cache for all times.
constexpr std::int32_t kPanelWordsAtOnce = 1024;

// Cross-products of one time sample with the columns at hand.
template <typename Scalar>
struct Sums {
  std::vector<RowMatrix<Scalar>> segment;
  RowMatrix<Scalar> total;
  std::vector<RowMatrix<Scalar>> purged;  // (K) of the training words a purge drops
  RowMatrix<float> block;
};

// `Scalar`: float where products are in bf16, whose rounding is far coarser; else double.
template <typename Scalar>
class PanelTimes {
 public:
  PanelTimes(const Segments& segments, const AlignmentSpec& spec,
             const ActivationColumns<float>& activations)
      : segments_(segments), spec_(spec), activations_(activations) {
    for (const FoldSets& sets : segments.folds) {
      std::vector<std::int32_t>& purged = purged_.emplace_back();
      for (const WordSet& part : sets.parts) {
        purged.insert(purged.end(), part.removed.begin(), part.removed.end());
      }
    }
  }

  // Cross-products of every time with the columns [begin, end).
  absl::Status Multiply(const std::vector<PanelTime>& times, int begin, int end,
                        const CancelFlag& cancel) {
    sums_.resize(times.size());
    for (Sums<Scalar>& sums : sums_) {
      sums.segment.resize(static_cast<std::size_t>(segments_.count()));
    }
    for (int s = 0; s < segments_.count(); ++s) {
      const std::int32_t last = segments_.begin[static_cast<std::size_t>(s) + 1];
      for (std::int32_t row = segments_.begin[static_cast<std::size_t>(s)]; row < last;
           row += kWordsInSinglePrecision) {
        if (cancel) return CancelledByFlag();
        absl::Status status = AddBlock(times, static_cast<std::size_t>(s), row,
                                       std::min(kWordsInSinglePrecision, last - row), begin, end);
        if (!status.ok()) return status;
      }
    }
    for (std::size_t t = 0; t < times.size(); ++t) {
      Sums<Scalar>& sums = sums_[t];
      if constexpr (std::is_same_v<Scalar, double>) {  // else it was added up meanwhile
        sums.total = sums.segment.front();
        for (std::size_t s = 1; s < sums.segment.size(); ++s) sums.total += sums.segment[s];
      }
      sums.purged.resize(purged_.size());
      for (std::size_t k = 0; k < purged_.size(); ++k) {
        sums.purged[k] = SumsAt(times[t], purged_[k], begin, end);
      }
    }
    return absl::OkStatus();
  }

  // Scores of the columns [begin, end), of those that were multiplied from `first` on.
  template <typename Add>
  absl::Status Score(const std::vector<PanelTime>& times, int first, int begin, int end,
                     const Add& add) {
    const Eigen::ArrayXd shift = activations_.Shift(begin, end);
    for (std::size_t k = 0; k < segments_.folds.size(); ++k) {
      const int fold = static_cast<int>(k);
      const PanelTargets<Scalar> targets(activations_.Statistics(fold, begin, end), shift);
      for (std::size_t t = 0; t < times.size(); ++t) {
        const auto panel = [&](const RowMatrix<Scalar>& all) {
          return RowMatrixRef<Scalar>(all.middleCols(all.cols() == 0 ? 0 : begin - first,
                                                     all.cols() == 0 ? 0 : end - begin));
        };
        const PanelSums<Scalar> sums{panel(sums_[t].total),
                                     panel(SumsOf(segments_.folds[k].test, sums_[t])),
                                     panel(sums_[t].purged[k])};
        const absl::StatusOr<FoldScores> scores =
            ChooseAndScore((*times[t].folds)[k], spec_, targets, sums, workspace_);
        if (!scores.ok()) return scores.status();
        add(*scores, begin, fold, static_cast<int>(t));
      }
    }
    return absl::OkStatus();
  }

 private:
  // Adds the products of `count` words from `row` on, which lie in segment `s`.
  absl::Status AddBlock(const std::vector<PanelTime>& times, std::size_t s, std::int32_t row,
                        std::int32_t count, int begin, int end) {
    if constexpr (std::is_same_v<Scalar, float>) {
      return AddBlockInBf16(times, s, row, count, begin, end);
    } else {
      AddBlockInFloat(times, s, row, count, begin, end);
      return absl::OkStatus();
    }
  }

  void AddBlockInFloat(const std::vector<PanelTime>& times, std::size_t s, std::int32_t row,
                       std::int32_t count, int begin, int end) {
    const int columns = end - begin;
    for (std::int32_t part = row; part < row + count; part += kPanelWordsAtOnce) {
      const std::int32_t words = std::min(kPanelWordsAtOnce, row + count - part);
      const RowMatrixRef<float> targets = activations_.Rows(part, words, begin, end, storage_);
      for (std::size_t t = 0; t < times.size(); ++t) {
        const ColMatrix<float>& values = *times[t].values;
        sums_[t].block.resize(values.cols(), columns);
        MultiplyFloat(RowsOf(values, part, words).transposed(), ByRows(targets),
                      sums_[t].block.data(), columns, part == row ? Sum::kSet : Sum::kAdd);
      }
    }
    for (Sums<Scalar>& sums : sums_) {
      const auto products = sums.block.template cast<double>();
      if (BeginsSegment(s, row)) {
        sums.segment[s] = products;
      } else {
        sums.segment[s] += products;
      }
    }
  }

  // The same in bf16, of all times in one product.
  absl::Status AddBlockInBf16(const std::vector<PanelTime>& times, std::size_t s, std::int32_t row,
                              std::int32_t count, int begin, int end) {
    Bf16Matrix features = times.front().bf16->rounded();
    features.rows = 0;
    for (const PanelTime& time : times) features.rows += time.features();
    const Bf16Targets targets = activations_.RowsInBf16(row, count, begin, end);
    absl::Status status = MultiplyRotated(features, targets, row, row + count, block_);
    if (!status.ok()) return status;
    std::vector<Vector>& of_features = sums_of_rounded_[row];
    Eigen::Index first = 0;
    for (std::size_t t = 0; t < times.size(); ++t) {
      if (of_features.size() == t) of_features.push_back(times[t].bf16->Sum(row, row + count));
      const Eigen::Index rows = times[t].features();
      RowMatrix<Scalar>& segment = sums_[t].segment[s];
      RowMatrix<Scalar>& total = sums_[t].total;
      segment.resize(rows, end - begin);
      total.resize(rows, end - begin);
      for (Eigen::Index i = 0; i < rows; ++i) {
        AddShiftedRow({block_.row(first + i).data(), of_features[t](i), targets.shift.data()},
                      Size(end - begin), BeginsSegment(s, row), row == 0, segment.row(i).data(),
                      total.row(i).data());
      }
      first += rows;
    }
    return absl::OkStatus();
  }

  bool BeginsSegment(std::size_t s, std::int32_t row) const { return row == segments_.begin[s]; }

  // Over the words at `positions`, which are few; empty for none.
  RowMatrix<Scalar> SumsAt(const PanelTime& time, const std::vector<std::int32_t>& positions,
                           int begin, int end) const {
    if (positions.empty()) return {};
    const auto count = static_cast<Eigen::Index>(positions.size());
    Matrix features(count, time.features());
    RowMatrix<double> targets(count, end - begin);
    RowMatrix<float> storage;
    for (Eigen::Index i = 0; i < count; ++i) {
      const std::int32_t position = positions[static_cast<std::size_t>(i)];
      features.row(i) = time.bf16 ? time.bf16->Row(position)
                                  : Eigen::RowVectorXd(time.values->row(position).cast<double>());
      targets.row(i) = activations_.Rows(position, 1, begin, end, storage).cast<double>();
    }
    const RowMatrix<double> product = features.transpose() * targets;
    return product.template cast<Scalar>();
  }

  // Of a set of whole segments.
  const RowMatrix<Scalar>& SumsOf(const WordSet& set, const Sums<Scalar>& sums) {
    if (set.segments.size() == 1) {
      return sums.segment[static_cast<std::size_t>(set.segments.front())];
    }
    set_sums_ = sums.segment[static_cast<std::size_t>(set.segments.front())];
    for (std::size_t i = 1; i < set.segments.size(); ++i) {
      set_sums_ += sums.segment[static_cast<std::size_t>(set.segments[i])];
    }
    return set_sums_;
  }

  const Segments& segments_;
  const AlignmentSpec& spec_;
  const ActivationColumns<float>& activations_;
  std::vector<std::vector<std::int32_t>> purged_;  // (K) positions
  std::vector<Sums<Scalar>> sums_;                 // by time
  RowMatrix<float> block_;                         // of all times
  // By the first word of a block: of each time's features, the sums over the block.
  std::map<std::int32_t, std::vector<Vector>> sums_of_rounded_;
  RowMatrix<Scalar> set_sums_;
  RowMatrix<float> storage_;
  RegressionWorkspace<RegressionInPanels> workspace_;
};

template <typename Scalar>
absl::Status ScoreAll(PanelTimes<Scalar> panels, int columns, const std::vector<PanelTime>& times,
                      const CancelFlag& cancel, const AddPanelScores& add) {
  for (int first = 0; first < columns; first += kColumnsAtOnce) {
    const int last = std::min(first + kColumnsAtOnce, columns);
    absl::Status status = panels.Multiply(times, first, last, cancel);
    if (!status.ok()) return status;
    for (int begin = first; begin < last; begin += kPanelColumns) {
      if (cancel) return CancelledByFlag();
      status = panels.Score(times, first, begin, std::min(begin + kPanelColumns, last), add);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool ServesPanels(const AlignmentSpec& spec) {
  const bool from_training_sums = spec.selection == Selection::kFixed ||
                                  spec.selection == Selection::kGcv || spec.alphas.size() == 1;
  return from_training_sums && !spec.shared_alpha;
}

double ScoreInPanelsBytes(const ProblemSize& size, double features, double times, bool in_bf16) {
  // Of each segment, of all, and of what each fold's purge removes; the last as rows, too.
  const double sets = size.segments + 2 + (size.removed_words > 0 ? size.folds : 0);
  const double sums = times * features * kColumnsAtOnce * (sets * (in_bf16 ? 4 : 8) + 4);
  const double removed = 8 * size.removed_words * (features + kColumnsAtOnce);
  const double words = in_bf16 ? kWordsInSinglePrecision * (4 + 2) : kPanelWordsAtOnce * 4;
  const double panels = 4 * 7 * features * kPanelColumns;
  return sums + removed + words * kColumnsAtOnce + panels;
}

absl::Status ScoreInPanels(const Segments& segments, const AlignmentSpec& spec,
                           const ActivationColumns<float>& activations,
                           const std::vector<PanelTime>& times, const CancelFlag& cancel,
                           const AddPanelScores& add) {
  const int columns = activations.columns();
  if (spec.precision_used() == Precision::kFast) {
    return ScoreAll(PanelTimes<float>(segments, spec, activations), columns, times, cancel, add);
  }
  return ScoreAll(PanelTimes<double>(segments, spec, activations), columns, times, cancel, add);
}

}  // namespace brainalign
