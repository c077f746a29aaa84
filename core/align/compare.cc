#include "core/align/compare.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/inference/paired_test.h"

namespace brainalign {
namespace {

bool AllFinite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

absl::Status CheckOne(const ComparedAlignment& one, const std::string& which) {
  const auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(which, " ", what));
  };
  if (one.influence.empty()) {
    return wrong("has no influence of blocks of words; compute it with --draws, such as 2000");
  }
  const std::size_t cells = one.depth.size() * one.times_seconds.size();
  const std::size_t blocks = one.fold_of_block.size();
  if (cells == 0 || one.score.size() != cells || one.influence.size() != blocks * cells ||
      one.words_of_block.size() != blocks || one.alphas_influence.size() % cells != 0) {
    return wrong("has arrays whose shapes do not fit together; it is damaged");
  }
  const bool is_finite = AllFinite(one.score) && AllFinite(one.influence) &&
                         AllFinite(one.alphas_influence) && AllFinite(one.depth) &&
                         AllFinite(one.times_seconds);
  return is_finite ? absl::OkStatus() : wrong("has a number that is not finite");
}

absl::Status CheckPair(const ComparedAlignment& first, const ComparedAlignment& second) {
  const auto differ = [](const std::string& in, const auto& a, const auto& b) {
    return absl::InvalidArgumentError(absl::StrCat("the two differ in ", in, ": the first has ", a,
                                                   " and the second ", b,
                                                   "; compare alignments that agree in it"));
  };
  if (first.direction != second.direction) {
    return differ("direction", first.direction, second.direction);
  }
  if (first.metric != second.metric) return differ("metric", first.metric, second.metric);
  if (first.where != second.where) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the two are of different words: the first of where '", first.where,
        "' and the second of where '", second.where, "'; compare alignments of the same words"));
  }
  if (first.depth.size() != second.depth.size()) {
    return differ("the number of layers", first.depth.size(), second.depth.size());
  }
  if (first.times_seconds != second.times_seconds) {
    return first.times_seconds.size() == second.times_seconds.size()
               ? absl::InvalidArgumentError(
                     "the two differ in their times; compare alignments with the same times")
               : differ("the number of times", first.times_seconds.size(),
                        second.times_seconds.size());
  }
  if (first.fold_of_block != second.fold_of_block ||
      first.words_of_block != second.words_of_block ||
      first.words_fingerprint != second.words_fingerprint) {
    return absl::InvalidArgumentError(
        "the two are not of the same words, sessions, folds and blocks; compare alignments of the "
        "same words with the same folds and block_words");
  }
  // Every draw would have a difference of 0, and p of 1 would look like a finding.
  if (first.score == second.score && first.influence == second.influence &&
      first.alphas_influence == second.alphas_influence && first.depth == second.depth) {
    return absl::InvalidArgumentError(
        "the two are the same result: all scores and influences are equal, so there is no "
        "difference to test; give two different results");
  }
  return absl::OkStatus();
}

// (rows, L * T) of an array (rows, L, T).
RowMatrix<double> RowsOfArray(const std::vector<double>& values, const ComparedAlignment& one) {
  const auto cells = std::ssize(one.score);
  return Eigen::Map<const RowMatrix<double>>(values.data(), std::ssize(values) / cells, cells);
}

struct InfluenceOfPair {
  BlockInfluence first;
  BlockInfluence second;
};

// Rows of both belong together. One whose alphas no inner folds choose has no noise of them. Of
// different numbers of inner folds each has noise of its own.
InfluenceOfPair InfluenceOf(const ComparedAlignment& first, const ComparedAlignment& second) {
  const auto influence = [](const ComparedAlignment& one) {
    return CentreInFolds(RowsOfArray(one.influence, one), one.fold_of_block);
  };
  const auto cells = std::ssize(first.score);
  const RowMatrix<double> of_first = RowsOfArray(first.alphas_influence, first);
  const RowMatrix<double> of_second = RowsOfArray(second.alphas_influence, second);
  const auto with = [&](BlockInfluence blocks, const RowMatrix<double>& alphas, Eigen::Index before,
                        Eigen::Index after) {
    blocks = AddAlphas(std::move(blocks), RowMatrix<double>::Zero(before, cells));
    blocks = AddAlphas(std::move(blocks), alphas);
    return AddAlphas(std::move(blocks), RowMatrix<double>::Zero(after, cells));
  };
  const bool is_common = of_first.rows() == of_second.rows();
  return {with(influence(first), of_first, 0, is_common ? 0 : of_second.rows()),
          with(influence(second), of_second, is_common ? 0 : of_first.rows(), 0)};
}

}  // namespace

ComparedAlignment ComparedOf(const AlignmentResult& result) {
  ComparedAlignment compared = {.score = result.score,
                                .times_seconds = result.times_seconds,
                                .depth = result.depth,
                                .layer_names = result.layer_names,
                                .influence = result.held_out_influence,
                                .alphas_influence = result.alphas_influence,
                                .fold_of_block = result.uncertainty_facts.fold_of_block,
                                .words_of_block = result.uncertainty_facts.words_of_block,
                                .words_fingerprint = result.uncertainty_facts.words_fingerprint,
                                .direction = Name(result.spec.direction),
                                .metric = Name(result.spec.metric),
                                .where = result.spec.where,
                                .nuisance = result.spec.nuisance};
  std::transform(compared.influence.begin(), compared.influence.end(),
                 result.refit_influence.begin(), compared.influence.begin(), std::plus<>());
  return compared;
}

absl::StatusOr<Comparison> Compare(const ComparedAlignment& first, const ComparedAlignment& second,
                                   std::uint64_t seed, int draws) {
  absl::Status status = CheckOne(first, "the first");
  if (status.ok()) status = CheckOne(second, "the second");
  if (status.ok()) status = CheckPair(first, second);
  if (!status.ok()) return status;
  const InfluenceOfPair influence = InfluenceOf(first, second);
  return Comparison{TestPair({first.score, first.times_seconds, first.depth},
                             {second.score, second.times_seconds, second.depth}, influence.first,
                             influence.second, seed, draws),
                    static_cast<int>(first.fold_of_block.size()),
                    influence.first.degrees_of_freedom,
                    NeighboursAreCorrelated(influence.first.values - influence.second.values,
                                            first.fold_of_block)};
}

}  // namespace brainalign
