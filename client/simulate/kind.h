#ifndef BRAINALIGN_CLIENT_SIMULATE_KIND_H_
#define BRAINALIGN_CLIENT_SIMULATE_KIND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/simulate/simulate.h"

namespace brainalign {

// "meg", "eeg", "ecog", "fmri".
const std::vector<std::string>& SimulatedKindNames();

// What is typical of a kind of recording: sensors, sampling rate, times and delays. Requires a name
// of SimulatedKindNames.
SimulationOptions OptionsOfKind(const std::string& name);

// channels.tsv, as BIDS has it: name, type and unit of each row of the recording. Requires a kind.
std::string ChannelsText(const SimulationOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_KIND_H_
