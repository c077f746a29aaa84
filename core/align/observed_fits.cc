#include "core/align/observed_fits.h"

#include <algorithm>

namespace brainalign {

void ObservedFit::Set(int fold, int begin, const std::vector<int>& index) {
  std::copy(index.begin(), index.end(), alpha[static_cast<std::size_t>(fold)].begin() + begin);
}

std::vector<double> WithoutInnerFolds(const std::vector<ObservedFits::Fit>& fits, int inner_folds) {
  std::vector<double> values;
  if (inner_folds == 0) return values;
  for (std::size_t row = 0; row < fits.front()->without_inner_fold.size(); ++row) {
    for (const ObservedFits::Fit& fit : fits) values.push_back(fit->without_inner_fold[row]);
  }
  return values;
}

std::vector<ObservedFits::Fit> ObservedFits::Find(std::size_t begin, int count) const {
  std::vector<Fit> found(static_cast<std::size_t>(count));
  MutexLock lock(mutex_);
  for (std::size_t i = 0; i < found.size() && begin + i < fits_.size(); ++i) {
    found[i] = fits_[begin + i];
  }
  return found;
}

absl::StatusOr<std::vector<ObservedFits::Fit>> ObservedFits::FindOrMake(
    std::size_t begin, int count, const std::function<absl::Status()>& make) const {
  std::vector<Fit> found = Find(begin, count);
  if (std::count(found.begin(), found.end(), nullptr) == 0) return found;
  absl::Status status = make();
  if (!status.ok()) return status;
  return Find(begin, count);
}

void ObservedFits::Keep(std::size_t block, Fit fit) {
  MutexLock lock(mutex_);
  if (block < fits_.size()) fits_[block] = std::move(fit);
}

void ObservedFits::Clear() {
  MutexLock lock(mutex_);
  fits_.clear();
}

}  // namespace brainalign
