#include "core/inference/blocks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace brainalign {
namespace {

constexpr std::int64_t kBlocksToKeep = 40;
// Where the epoch says nothing about how long words are correlated.
constexpr int kUsualDegreesWithoutEpoch = 20;
constexpr int kLeastDegreesWithoutEpoch = 10;
constexpr std::int64_t kLeastWordsWithoutEpoch = 10;
constexpr std::int64_t kUsualWordsWithoutEpoch = 20;
constexpr std::int64_t kMostWordsWithoutEpoch = 100;

// Two standard errors of a correlation of independent blocks, and a correlation that makes a
// standard error less than a tenth too small.
constexpr double kErrorsOfCorrelation = 2;
constexpr double kSmallCorrelation = 0.1;

int BlockWordsWithoutEpoch(std::int64_t words, int folds) {
  const std::int64_t least = std::clamp(words / (folds + kLeastDegreesWithoutEpoch),
                                        kLeastWordsWithoutEpoch, kUsualWordsWithoutEpoch);
  const std::int64_t chosen =
      std::clamp(words / (folds + kUsualDegreesWithoutEpoch), least, kMostWordsWithoutEpoch);
  return static_cast<int>(std::min(chosen, std::max<std::int64_t>(words, 1)));
}

void AppendBlocks(const Words& stretch, int fold, int block_words, WordBlocks& blocks) {
  const std::size_t parts =
      std::max<std::size_t>(1, stretch.size() / static_cast<std::size_t>(block_words));
  std::size_t next = 0;
  for (const Words& part :
       ContiguousFolds(static_cast<std::int32_t>(stretch.size()), static_cast<int>(parts))) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      blocks.of_word[static_cast<std::size_t>(stretch[next++])] =
          static_cast<std::int32_t>(blocks.count());
    }
    blocks.fold.push_back(fold);
  }
}

}  // namespace

int BlockWords(double epoch_seconds, double gap_seconds, std::int64_t words, int folds) {
  if (epoch_seconds <= 0) return BlockWordsWithoutEpoch(words, folds);
  const double four = std::ceil(4 * epoch_seconds / gap_seconds);
  const double two = std::ceil(2 * epoch_seconds / gap_seconds);
  const auto kept = static_cast<double>(words / kBlocksToKeep);
  const double chosen = std::max(two, std::min(four, kept));
  constexpr double kMostWords = 1e9;
  return static_cast<int>(std::clamp(chosen, 1.0, kMostWords));
}

WordBlocks MakeBlocks(const std::vector<Words>& sessions, const std::vector<Words>& folds,
                      int block_words) {
  std::size_t words = 0;
  for (const Words& members : sessions) words += members.size();
  WordBlocks blocks;
  blocks.of_word.resize(words);
  std::vector<std::size_t> session_of(words);
  for (std::size_t session = 0; session < sessions.size(); ++session) {
    for (const std::int32_t word : sessions[session]) {
      session_of[static_cast<std::size_t>(word)] = session;
    }
  }
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    std::map<std::size_t, Words> stretches;
    for (const std::int32_t word : folds[fold]) {
      stretches[session_of[static_cast<std::size_t>(word)]].push_back(word);
    }
    for (const auto& [session, stretch] : stretches) {
      AppendBlocks(stretch, static_cast<int>(fold), block_words, blocks);
    }
  }
  return blocks;
}

BlockInfluence CentreInFolds(RowMatrix<double> sums, const std::vector<int>& fold_of_block) {
  std::map<int, std::vector<Eigen::Index>> of_fold;
  for (std::size_t block = 0; block < fold_of_block.size(); ++block) {
    of_fold[fold_of_block[block]].push_back(static_cast<Eigen::Index>(block));
  }
  BlockInfluence influence;
  for (const auto& [fold, blocks] : of_fold) {
    const auto count = static_cast<double>(blocks.size());
    Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(sums.cols());
    for (const Eigen::Index block : blocks) mean += sums.row(block);
    mean /= count;
    const double factor = std::sqrt(count / std::max(count - 1, 1.0));
    for (const Eigen::Index block : blocks) sums.row(block) = (sums.row(block) - mean) * factor;
    influence.degrees_of_freedom += static_cast<int>(blocks.size()) - 1;
  }
  influence.values = std::move(sums);
  return influence;
}

BlockInfluence AddAlphas(BlockInfluence blocks, const RowMatrix<double>& without_inner_fold) {
  const Eigen::Index rows = without_inner_fold.rows();
  if (rows == 0) return blocks;
  const double factor = std::sqrt(static_cast<double>(rows - 1) / static_cast<double>(rows));
  RowMatrix<double> all(blocks.values.rows() + rows, blocks.values.cols());
  all << blocks.values,
      factor * (without_inner_fold.rowwise() - without_inner_fold.colwise().mean());
  blocks.values = std::move(all);
  return blocks;
}

bool NeighboursAreCorrelated(const RowMatrix<double>& influence,
                             const std::vector<int>& fold_of_block) {
  double products = 0;
  int pairs = 0;
  for (std::size_t block = 1; block < fold_of_block.size(); ++block) {
    if (fold_of_block[block] != fold_of_block[block - 1]) continue;
    const auto row = static_cast<Eigen::Index>(block);
    products += influence.row(row).dot(influence.row(row - 1));
    ++pairs;
  }
  const auto blocks = static_cast<Eigen::Index>(fold_of_block.size());
  const double squares = influence.topRows(blocks).squaredNorm();
  if (pairs == 0 || !(squares > 0)) return false;
  return products / squares >
         std::max(kSmallCorrelation, kErrorsOfCorrelation / std::sqrt(static_cast<double>(pairs)));
}

std::vector<double> StandardErrors(const RowMatrix<double>& influence) {
  const Eigen::VectorXd errors = influence.colwise().norm().transpose();
  return {errors.data(), errors.data() + errors.size()};
}

}  // namespace brainalign
