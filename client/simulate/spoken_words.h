#ifndef BRAINALIGN_CLIENT_SIMULATE_SPOKEN_WORDS_H_
#define BRAINALIGN_CLIENT_SIMULATE_SPOKEN_WORDS_H_

#include <string>

#include "client/simulate/schedule.h"
#include "client/simulate/simulate.h"

namespace brainalign {

// words.tsv of a simulated experiment: onset, duration (seconds), word, pos, surprisal (bits) and
// session of each word. A tenth of the words have no surprisal, n/a, as the first of a context have
// none. They are drawn from a few words of each part of speech, and the brain does not respond to
// any of it.
std::string WordsText(const SimulationOptions& options, const Schedule& schedule);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_SPOKEN_WORDS_H_
