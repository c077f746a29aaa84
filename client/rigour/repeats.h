#ifndef BRAINALIGN_CLIENT_RIGOUR_REPEATS_H_
#define BRAINALIGN_CLIENT_RIGOUR_REPEATS_H_

#include <string>

#include "client/experiment/experiment.h"
#include "client/rigour/facts.h"
#include "core/cancel.h"

namespace brainalign {

// Items of an experiment folder: a whole number for each word, the same for each presentation.
inline constexpr char kItemsFile[] = "items.npy";

// The ceiling of the recording from the items of the folder `directory`, over all words. Without a
// ceiling it says why: there is no recording in the folder, no items.npy, or items.npy is wrong.
CeilingFacts CeilingFactsOf(const Experiment& experiment, const std::string& directory,
                            const CancelCheck& is_cancelled);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_REPEATS_H_
