#include "core/align/observed_fits.h"

#include <algorithm>

namespace brainalign {

void ObservedFit::Set(int fold, int begin, const std::vector<int>& index) {
  std::copy(index.begin(), index.end(), alpha[static_cast<std::size_t>(fold)].begin() + begin);
}

ObservedFits::Fit ObservedFits::Find(std::size_t block) const {
  MutexLock lock(mutex_);
  return block < fits_.size() ? fits_[block] : nullptr;
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
